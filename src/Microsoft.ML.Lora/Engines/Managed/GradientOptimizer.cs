using System.Numerics.Tensors;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>The base optimizer's plan and moments. Weight decay goes to every trained tensor, biases included.</summary>
internal sealed class GradientOptimizer
{
    /// <summary>As torch's <c>clip_grad_norm_</c> adds it to the norm it divides by.</summary>
    private const double ClippingEpsilon = 1e-6;

    /// <summary>Numbers of a tensor whose directions are on the stack at once.</summary>
    private const int Piece = 1024;

    private readonly OptimizerPlan _plan;

    /// <param name="plan">What optimizer, its constants, and clipping.</param>
    /// <param name="length">Floats in the flat buffers.</param>
    public GradientOptimizer(OptimizerPlan plan, int length)
    {
        _plan = plan;
        if (HasMoments)
        {
            First = AlignedMemory.Allocate(length);
            Second = AlignedMemory.Allocate(length);
        }
    }

    /// <summary>Whether <see cref="First"/> and <see cref="Second"/> are used.</summary>
    public bool HasMoments => _plan.Optimizer != BaseOptimizer.GradientDescent;

    /// <summary>First moments, laid out like the weights; empty without moments.</summary>
    public Memory<float> First { get; }

    /// <summary>Second moments, laid out like the weights; empty without moments.</summary>
    public Memory<float> Second { get; }

    /// <summary>Steps taken.</summary>
    public long Steps { get; set; }

    private float DecayApart => _plan.Optimizer == BaseOptimizer.Adam ? 0 : _plan.WeightDecay;

    /// <summary>What to multiply gradients of this norm by, so that they are no longer than the plan allows.</summary>
    public float GradientScale(double norm) =>
        _plan.MaxGradientNorm is { } most ? (float)Math.Min(1, most / (norm + ClippingEpsilon)) : 1;

    /// <summary>Updates one tensor as part of step number <see cref="Steps"/>.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="weights">The flat buffer of weights. Updated in place.</param>
    /// <param name="gradient">The tensor's gradient.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="gradientScale">From <see cref="GradientScale"/>.</param>
    public void Update(TrainedTensor tensor, Span<float> weights, ReadOnlySpan<float> gradient, float rate, float gradientScale)
    {
        Span<float> weight = tensor.In(weights);
        if (_plan.Optimizer == BaseOptimizer.AdamW)
        {
            AdamW.Update(
                weight, gradient, tensor.In(First.Span), tensor.In(Second.Span),
                rate, _plan.Beta1, _plan.Beta2, _plan.Epsilon, _plan.WeightDecay, Steps, gradientScale);
            return;
        }

        Span<float> piece = stackalloc float[Piece];
        for (int start = 0; start < weight.Length; start += Piece)
        {
            int count = Math.Min(Piece, weight.Length - start);
            Direct(tensor, start, weight.Slice(start, count), gradient.Slice(start, count), gradientScale, piece[..count]);
            Descent.Apply(weight.Slice(start, count), piece[..count], rate, DecayApart);
        }
    }

    /// <summary>Takes one tensor's gradient into the moments, as part of step number <see cref="Steps"/>, and gives the direction at unit rate.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="weights">The flat buffer of weights. Not changed.</param>
    /// <param name="gradient">The tensor's gradient.</param>
    /// <param name="gradientScale">From <see cref="GradientScale"/>.</param>
    /// <param name="direction">Δ, as long as the tensor. Overwritten.</param>
    public void Direct(TrainedTensor tensor, Span<float> weights, ReadOnlySpan<float> gradient, float gradientScale, Span<float> direction) =>
        Direct(tensor, 0, tensor.In(weights), gradient, gradientScale, direction);

    /// <summary>Moves one tensor along a direction that <see cref="Direct(TrainedTensor, Span{float}, ReadOnlySpan{float}, float, Span{float})"/> gave.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="weights">The flat buffer of weights. Updated in place.</param>
    /// <param name="direction">Δ.</param>
    /// <param name="rate">The learning rate.</param>
    public void Move(TrainedTensor tensor, Span<float> weights, ReadOnlySpan<float> direction, float rate) =>
        Descent.Apply(tensor.In(weights), direction, rate, DecayApart);

    private void Direct(
        TrainedTensor tensor, int start, ReadOnlySpan<float> weight, ReadOnlySpan<float> gradient, float gradientScale, Span<float> direction)
    {
        if (HasMoments)
        {
            float decay = _plan.Optimizer == BaseOptimizer.Adam ? _plan.WeightDecay : 0;
            AdamDirection.Compute(
                weight, gradient, tensor.In(First.Span).Slice(start, weight.Length), tensor.In(Second.Span).Slice(start, weight.Length),
                _plan.Beta1, _plan.Beta2, _plan.Epsilon, decay, Steps, gradientScale, direction);
        }
        else
        {
            TensorPrimitives.Multiply(gradient, gradientScale, direction);
        }
    }
}
