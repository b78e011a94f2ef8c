using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines;

/// <summary>What computes: adapts an encoder in training, and scores pairs with what came of it.</summary>
internal interface IEngine
{
    /// <summary>What to call it in a log line.</summary>
    string Name { get; }

    /// <summary>The most of the machine's threads that work on one call, the caller's included.</summary>
    int Threads { get; }

    /// <summary>Whether sessions and scorers look at an encoder's matrices once, row by row, when they are made or in their first step, so that these need not be in memory.</summary>
    bool TakesMatricesFromFile { get; }

    /// <summary>Begins, on another thread, what the first scoring would otherwise wait for. To be called before an encoder is loaded.</summary>
    void WarmUp();

    /// <summary>Begins a training run. What the checkpoint has starts from there, all else from <paramref name="seed"/>: A uniform (Kaiming), B zero.</summary>
    /// <exception cref="ArgumentException">The plan does not fit the encoder (a pooler is wanted that the checkpoint lacks, say).</exception>
    ITrainingSession StartTraining(EncoderWeights encoder, TrainablePlan plan, OptimizerPlan optimizer, ulong seed);

    /// <summary>
    /// Why scoring in a precision does not pay here, as a clause that goes on after "but"; <see langword="null"/> where it does. A scorer can be
    /// created all the same.
    /// </summary>
    string? ObjectionTo(ScoringPrecision precision);

    /// <summary>A scorer with the trained weights merged in.</summary>
    /// <param name="encoder">The frozen encoder.</param>
    /// <param name="plan">What was trained.</param>
    /// <param name="trained">The trained weights.</param>
    /// <param name="precision">What the encoder's layers compute in.</param>
    /// <exception cref="InvalidDataException">A trained tensor is missing, unknown or of another shape than plan and encoder need.</exception>
    IPairScorer CreateScorer(EncoderWeights encoder, TrainablePlan plan, TrainedWeights trained, ScoringPrecision precision = ScoringPrecision.Single);
}
