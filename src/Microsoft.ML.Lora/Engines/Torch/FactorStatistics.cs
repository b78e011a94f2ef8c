using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>What a rate rule is told of all M matrices of a group at once. The products are (M, r, r), in 32 bits.</summary>
internal sealed record FactorStatistics
{
    /// <summary>The matrices.</summary>
    public required FactorGroup Group { get; init; }

    /// <summary>s.</summary>
    public required double Scaling { get; init; }

    /// <summary>‖W₀‖_F of each, (M), in 64 bits.</summary>
    public required Tensor FrozenNorm { get; init; }

    /// <summary>Where the step stands.</summary>
    public required StepSchedule Schedule { get; init; }

    /// <summary>AAᵀ; <see langword="null"/> where the rule asks for nothing.</summary>
    public Tensor? FactorsOfA { get; init; }

    /// <summary>BᵀB; <see langword="null"/> where the rule asks for nothing.</summary>
    public Tensor? FactorsOfB { get; init; }

    /// <summary>ΔA·ΔAᵀ; <see langword="null"/> before there are directions.</summary>
    public Tensor? DirectionsOfA { get; init; }

    /// <summary>ΔBᵀ·ΔB; <see langword="null"/> before there are directions.</summary>
    public Tensor? DirectionsOfB { get; init; }

    /// <summary>ΔA·Aᵀ; <see langword="null"/> before there are directions.</summary>
    public Tensor? CrossOfA { get; init; }

    /// <summary>Bᵀ·ΔB; <see langword="null"/> before there are directions.</summary>
    public Tensor? CrossOfB { get; init; }

    /// <summary>The same with the factors' products.</summary>
    /// <param name="a">A, (M, r, in).</param>
    /// <param name="b">B, (M, out, r).</param>
    public FactorStatistics WithFactors(Tensor a, Tensor b) => this with { FactorsOfA = Rows(a, a), FactorsOfB = Columns(b, b) };

    /// <summary>The same with the directions' products.</summary>
    /// <param name="a">A, (M, r, in).</param>
    /// <param name="b">B, (M, out, r).</param>
    /// <param name="directionA">ΔA, (M, r, in).</param>
    /// <param name="directionB">ΔB, (M, out, r).</param>
    public FactorStatistics WithDirections(Tensor a, Tensor b, Tensor directionA, Tensor directionB) => this with
    {
        DirectionsOfA = Rows(directionA, directionA),
        DirectionsOfB = Columns(directionB, directionB),
        CrossOfA = Rows(directionA, a),
        CrossOfB = Columns(b, directionB),
    };

    /// <summary>The inner products of two products, matrix by matrix, (M), in 64 bits.</summary>
    public static Tensor Inner(Tensor? x, Tensor? y) => x!.to_type(torch.ScalarType.Float64).mul(y!.to_type(torch.ScalarType.Float64)).sum([1, 2]);

    private static Tensor Rows(Tensor x, Tensor y) => x.bmm(y.transpose(1, 2));

    private static Tensor Columns(Tensor x, Tensor y) => x.transpose(1, 2).bmm(y);
}
