using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>All that a training needs besides its data.</summary>
internal sealed record PairTrainingRequest
{
    /// <summary>Where the pairs are in the data.</summary>
    public required PairColumns Columns { get; init; }

    /// <summary>The encoder to adapt.</summary>
    public required EncoderHandle Encoder { get; init; }

    /// <summary>The longest sequence in tokens; <see langword="null"/> for the encoder's default.</summary>
    public required int? MaxTokens { get; init; }

    /// <summary>What is trained.</summary>
    public required TrainablePlan Trainable { get; init; }

    /// <summary>How gradients become updates.</summary>
    public required OptimizerPlan Optimizer { get; init; }

    /// <summary>How the steps follow each other.</summary>
    public required TrainingPlan Training { get; init; }

    /// <summary>The share of the rows to keep aside for validation.</summary>
    public required float ValidationFraction { get; init; }

    /// <summary>Whether the order of the sentences shall not matter.</summary>
    public required bool Symmetric { get; init; }

    /// <summary>How a pair's score comes about.</summary>
    public required MatchingScore? MatchingScore { get; init; }

    /// <summary>How the decision threshold is chosen.</summary>
    public required DecisionThreshold DecisionThreshold { get; init; }

    /// <summary>Where checkpoints go; <see langword="null"/> for none.</summary>
    public required TrainingCheckpoints? Checkpoints { get; init; }

    /// <summary>What shall compute.</summary>
    public required ComputeDevice Device { get; init; }

    /// <summary>What a GPU shall compute in.</summary>
    public required GpuPrecision GpuPrecision { get; init; }

    /// <summary>The GPU that the context names, and whether the processor will do where it cannot be had.</summary>
    public ContextGpu ContextGpu { get; init; }

    /// <summary>Threads that work.</summary>
    public required int Threads { get; init; }

    /// <summary>MiB to keep the output of frozen layers in; <see langword="null"/> for the engine's choice.</summary>
    public required int? FrozenLayersMegabytes { get; init; }

    /// <summary>The seed of all that is random.</summary>
    public required int Seed { get; init; }

    /// <summary>Told of every step and every validation.</summary>
    public required IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Asks the training to end.</summary>
    public required CancellationToken Cancellation { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}
