namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>The first part of a layer: queries, keys and values, and attention within each sequence.</summary>
internal interface IAttention
{
    /// <summary>Which rows it leaves a context for.</summary>
    RowBlock Rows(Workspace workspace);

    /// <summary>Computes <see cref="LayerActivations.Context"/>.</summary>
    /// <param name="input">The layer's input, (N, H).</param>
    /// <param name="layer">The layer's memory.</param>
    /// <param name="workspace">The chunk's memory.</param>
    /// <returns>The rows of the input that belong to the context's rows: what attention's output is added to.</returns>
    ReadOnlySpan<float> Forward(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace);

    /// <summary>From the gradients of context and residual to that of the layer's input.</summary>
    /// <param name="input">The layer's input, (N, H).</param>
    /// <param name="layer">As <see cref="Forward"/> left it.</param>
    /// <param name="workspace">
    /// Holds <see cref="Workspace.GradContext"/> and, for the residual, <see cref="Workspace.GradMiddleSum"/>;
    /// <see cref="Workspace.GradHidden"/> is overwritten if a layer below needs it.
    /// </param>
    void Backward(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace);
}
