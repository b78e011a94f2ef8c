namespace Microsoft.ML.Lora.Training;

/// <summary>Which step of a run lies where: epochs, batches, and the steps after which to validate.</summary>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="StepsPerEpoch">Batches of an epoch.</param>
/// <param name="ValidationsPerEpoch">Validations of an epoch, the last at its end; 0 for none.</param>
internal sealed record StepPlan(int Epochs, int StepsPerEpoch, int ValidationsPerEpoch)
{
    /// <summary>Steps in all.</summary>
    public int Steps => checked(Epochs * StepsPerEpoch);

    /// <summary>Whether the epoch ends after so many steps.</summary>
    public bool EndsEpoch(int stepsTaken) => stepsTaken % StepsPerEpoch == 0;

    /// <summary>Whether to validate after so many steps, counted from 1.</summary>
    public bool ValidatesAfter(int stepsTaken) => ValidationsUpTo(stepsTaken) > ValidationsUpTo(stepsTaken - 1);

    /// <summary>Validations in the first so many steps. An epoch with fewer steps than validations has one after each step.</summary>
    public int ValidationsUpTo(int stepsTaken)
    {
        int each = Math.Min(ValidationsPerEpoch, StepsPerEpoch);
        int inEpoch = (int)((long)(stepsTaken % StepsPerEpoch) * each / StepsPerEpoch);
        return stepsTaken / StepsPerEpoch * each + inEpoch;
    }
}
