namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>What follows on a product in the same pass, by cuBLASLt's numbers. Its GELU is the one by tanh.</summary>
internal enum ProductEpilogue
{
    /// <summary>GELU(x + bias).</summary>
    BiasGelu = 36,

    /// <summary>The same, and x + bias as a second result.</summary>
    BiasGeluKept = 164,

    /// <summary>The product times GELU's slope at the numbers of another matrix.</summary>
    GeluSlope = 192,
}
