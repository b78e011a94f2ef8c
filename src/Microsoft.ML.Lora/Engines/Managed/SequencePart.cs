namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Where one sequence of a chunk lies in the chunk's matrices.</summary>
/// <param name="workspace">Computes the chunk.</param>
/// <param name="sequence">Number of the sequence in the chunk.</param>
internal readonly struct SequencePart(Workspace workspace, int sequence)
{
    private readonly int _start = workspace.Start(sequence);

    /// <summary>S, number of its tokens.</summary>
    public int Length { get; } = workspace.Length(sequence);

    /// <summary>Its rows of a matrix with a row for each token, (N, width).</summary>
    public ReadOnlySpan<float> Tokens(ReadOnlySpan<float> matrix, int width) => matrix.Slice(_start * width, Length * width);

    /// <inheritdoc cref="Tokens(ReadOnlySpan{float}, int)"/>
    public Span<float> Tokens(Span<float> matrix, int width) => matrix.Slice(_start * width, Length * width);

    /// <summary>Its (A, S) of numbers that each head has for each token, (A · N) in all.</summary>
    public Span<float> Weights(Span<float> all, int heads) => all.Slice(_start * heads, Length * heads);
}
