namespace Microsoft.ML.Lora;

/// <summary>How the learning rates change after warm-up.</summary>
public enum RateSchedule
{
    /// <summary>Falls in a straight line, which would reach 0 at the step behind the last.</summary>
    Linear,

    /// <summary>Falls along half a cosine wave, which would reach 0 at the step behind the last.</summary>
    Cosine,

    /// <summary>Stays at the full rate.</summary>
    Constant,
}
