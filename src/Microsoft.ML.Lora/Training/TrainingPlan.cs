namespace Microsoft.ML.Lora.Training;

/// <summary>How the steps of a training run follow each other. Ranges and defaults: <see cref="LoraSentencePairOptions"/>, which fills it in.</summary>
internal sealed record TrainingPlan
{
    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    public required RateSchedule Schedule { get; init; }

    public required float WarmupFraction { get; init; }

    public required ClassWeighting ClassWeighting { get; init; }

    public required int ValidationsPerEpoch { get; init; }

    public required EarlyStopping? EarlyStopping { get; init; }

    public required CancellationResult OnCancellation { get; init; }

    /// <summary>Seeds the order of the pairs and, where order of sentences shall not matter, which order each step meets.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Optimizer steps on so many pairs, where nothing stops early.</summary>
    public int StepsOn(int pairs) => checked(Epochs * ((pairs + BatchSize - 1) / BatchSize));
}
