using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>What makes a trained model besides its encoder: all of it goes into a model zip.</summary>
internal sealed record PairModelDefinition
{
    /// <summary>Where the sentences are in the data.</summary>
    public required PairColumns Columns { get; init; }

    /// <summary>What was trained.</summary>
    public required TrainablePlan Plan { get; init; }

    /// <summary>The trained weights.</summary>
    public required TrainedWeights Trained { get; init; }

    /// <summary>What makes a score of the classifier's logit; <see langword="null"/> where the logit is the score.</summary>
    public MatchingModel? Matching { get; init; }

    /// <summary>The longest sequence in tokens.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Whether a score is the mean of both orders of the sentences.</summary>
    public required bool Symmetric { get; init; }

    /// <summary>The score above which the predicted label is true.</summary>
    public required float Threshold { get; init; }

    /// <summary>What scores are to be computed in, where the machine has what it takes.</summary>
    public ScoringPrecision ScoringPrecision { get; init; }

    /// <summary>How the training went.</summary>
    public required TrainingSummary Summary { get; init; }
}
