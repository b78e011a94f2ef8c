namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>One encoder layer: attention, and what follows it row by row.</summary>
internal sealed class EncoderLayer
{
    private readonly IAttention _attention;
    private readonly TokenwiseBlock _tokenwise;
    private readonly GradientReach _reach;

    /// <param name="attention">For all tokens, or for the first ones.</param>
    /// <param name="tokenwise">The rest of the layer.</param>
    /// <param name="reach">How far down into this layer gradients go.</param>
    public EncoderLayer(IAttention attention, TokenwiseBlock tokenwise, GradientReach reach)
    {
        _attention = attention;
        _tokenwise = tokenwise;
        _reach = reach;
    }

    /// <summary>Computes <see cref="LayerActivations.Output"/> from the layer's input, (N, H).</summary>
    public void Forward(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace)
    {
        ReadOnlySpan<float> residual = _attention.Forward(input, layer, workspace);
        _tokenwise.Forward(residual, _attention.Rows(workspace), layer, workspace);
    }

    /// <summary>
    /// Accumulates the gradients of what is trained in this layer, and overwrites <see cref="Workspace.GradHidden"/> with that of the input if
    /// it is needed.
    /// </summary>
    public void Backward(ReadOnlySpan<float> input, ReadOnlySpan<float> gradOutput, LayerActivations layer, Workspace workspace)
    {
        _tokenwise.Backward(gradOutput, _attention.Rows(workspace), layer, workspace);
        if (_reach >= GradientReach.Attention)
        {
            _attention.Backward(input, layer, workspace);
        }
    }
}
