namespace Microsoft.ML.Lora;

/// <summary>What of the encoder is trained besides the head, and how.</summary>
public enum AdaptationMethod
{
    /// <summary>
    /// LoRA (Hu et al., arXiv 2106.09685): low-rank updates on frozen matrices; with <see cref="LoraTargets.None"/> the head alone.
    /// </summary>
    LowRank,

    /// <summary>Every weight of the encoder: embeddings, all layers, and the pooler where the head has one.</summary>
    FullFineTuning,

    /// <summary>
    /// Every weight of the top <see cref="LoraSentencePairOptions.AdaptedLayers"/> layers, and the pooler where the head has one. What lies
    /// below is frozen.
    /// </summary>
    LastLayers,

    /// <summary>
    /// A bottleneck behind attention's output projection and another behind the feed-forward block, each before the residual is added, and
    /// the gains and biases of the adapted layers' normalisations (Houlsby et al., arXiv 1902.00751; GELU, as in the authors' code).
    /// </summary>
    AdapterH,

    /// <summary>
    /// A bottleneck with a normalisation of its own on top of each layer, so behind the feed-forward block alone (Lin et al.,
    /// arXiv 2004.03829; ReLU).
    /// </summary>
    AdapterL,
}
