using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>The optimizer's plan and moments. Weight decay goes to every trained tensor, biases included.</summary>
internal sealed class AdamWOptimizer
{
    /// <summary>As torch's <c>clip_grad_norm_</c> adds it to the norm it divides by.</summary>
    private const double ClippingEpsilon = 1e-6;

    private readonly OptimizerPlan _plan;

    /// <param name="plan">Decays, epsilon and clipping.</param>
    /// <param name="length">Floats in the flat buffers.</param>
    public AdamWOptimizer(OptimizerPlan plan, int length)
    {
        _plan = plan;
        First = AlignedMemory.Allocate(length);
        Second = AlignedMemory.Allocate(length);
    }

    /// <summary>First moments, laid out like the weights.</summary>
    public Memory<float> First { get; }

    /// <summary>Second moments, laid out like the weights.</summary>
    public Memory<float> Second { get; }

    /// <summary>Steps taken.</summary>
    public long Steps { get; set; }

    /// <summary>What to multiply gradients of this norm by, so that they are no longer than the plan allows.</summary>
    public float GradientScale(double norm) =>
        _plan.MaxGradientNorm is { } most ? (float)Math.Min(1, most / (norm + ClippingEpsilon)) : 1;

    /// <summary>Updates one tensor as part of step number <see cref="Steps"/>.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="weights">The flat buffer of weights. Updated in place.</param>
    /// <param name="gradients">The flat buffer of gradients.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="gradientScale">From <see cref="GradientScale"/>.</param>
    public void Update(TrainedTensor tensor, Span<float> weights, Span<float> gradients, float rate, float gradientScale) =>
        AdamW.Update(
            tensor.In(weights),
            tensor.In(gradients),
            tensor.In(First.Span),
            tensor.In(Second.Span),
            rate,
            _plan.Beta1,
            _plan.Beta2,
            _plan.Epsilon,
            _plan.WeightDecay,
            Steps,
            gradientScale);
}
