namespace Microsoft.ML.Lora;

/// <summary>How much each class counts in the loss.</summary>
public enum ClassWeighting
{
    /// <summary>Every pair counts the same.</summary>
    None,

    /// <summary>Pairs of a class are weighted by n / (2 · n of the class), so that both classes count the same in total.</summary>
    Balanced,
}
