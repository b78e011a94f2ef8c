namespace Microsoft.ML.Lora;

/// <summary>How a training went. It travels with the model.</summary>
public sealed record TrainingSummary
{
    /// <summary>Why training ended.</summary>
    public required TrainingEnd End { get; init; }

    /// <summary>Numbers that were trained: those of the chosen <see cref="AdaptationMethod"/>, and the head's.</summary>
    public required long TrainedParameters { get; init; }

    /// <summary>Pairs trained on.</summary>
    public required int TrainingPairs { get; init; }

    /// <summary>Pairs kept aside for validation.</summary>
    public required int ValidationPairs { get; init; }

    /// <summary>Pairs, of both, that were longer than the sequence limit and lost tokens.</summary>
    public required int TruncatedPairs { get; init; }

    /// <summary>Steps taken in all.</summary>
    public required int Steps { get; init; }

    /// <summary>The step whose weights were kept.</summary>
    public required int KeptStep { get; init; }

    /// <summary>The rule that decided the rates: the one that was chosen, or what <see cref="AdapterRates.Fitted"/> found.</summary>
    public required string Rates { get; init; }

    /// <summary>Every trial of the search for rates, in order; empty where none was made.</summary>
    public required IReadOnlyList<RateTrial> RateTrials { get; init; }

    /// <summary>Every validation, in order.</summary>
    public required IReadOnlyList<ValidationPoint> Validations { get; init; }

    /// <summary>
    /// The constants of the matching score; <see langword="null"/> where the classifier's logit is the score, unless another was asked for and could not be fitted.
    /// </summary>
    public MatchingConstants? Matching { get; init; }

    /// <summary>Time it took to tokenize the pairs.</summary>
    public required TimeSpan TokenizationTime { get; init; }

    /// <summary>Time the steps took, since the start or resumption; validations and checkpoints not counted.</summary>
    public required TimeSpan TrainingTime { get; init; }

    /// <summary>Pairs trained on in <see cref="TrainingTime"/>, repetitions counted, per second.</summary>
    public required double PairsPerSecond { get; init; }

    /// <summary>The seed that was used.</summary>
    public required int Seed { get; init; }
}
