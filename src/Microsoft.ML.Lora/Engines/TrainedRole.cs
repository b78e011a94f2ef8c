namespace Microsoft.ML.Lora.Engines;

/// <summary>What a trained tensor is part of; it decides its learning rate.</summary>
internal enum TrainedRole
{
    /// <summary>A of a low-rank update.</summary>
    FactorA,

    /// <summary>B of a low-rank update.</summary>
    FactorB,

    /// <summary>The classification head, and all else that is no factor of a low-rank update.</summary>
    Head,
}
