namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Weights in the order in which products read them.</summary>
internal interface IPackedWeights
{
    /// <summary>Whether the weights change from step to step.</summary>
    bool IsTrained { get; }

    /// <summary>Packs the weights as they are now.</summary>
    void Pack();
}
