namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>A tensor as a part of the network reads it: the checkpoint's own, which never changes, or a trained one where it lies.</summary>
internal readonly struct Parameter
{
    private readonly ReadOnlyMemory<float> _values;
    private readonly TrainedTensor? _trained;

    /// <summary>A tensor of the checkpoint.</summary>
    public Parameter(float[] frozen) => _values = frozen;

    /// <param name="trained">A trained tensor.</param>
    /// <param name="weights">The flat buffer that it lies in.</param>
    public Parameter(TrainedTensor trained, Memory<float> weights) => (_values, _trained) = (trained.In(weights), trained);

    /// <summary>What it is now.</summary>
    public ReadOnlySpan<float> Values => _values.Span;

    /// <summary>Whether it changes from step to step, and needs a gradient.</summary>
    public bool IsTrained => _trained is not null;

    /// <summary>Where its gradient is accumulated; it must be trained.</summary>
    public Span<float> GradientIn(LaneRows lane) => GradientIn(lane.Gradients);

    /// <summary>Where its gradient lies in a flat buffer; it must be trained.</summary>
    public Span<float> GradientIn(Memory<float> gradients) => _trained!.In(gradients.Span);
}
