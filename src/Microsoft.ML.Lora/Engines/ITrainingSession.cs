using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines;

/// <summary>A training run in the engine's hands: trained weights, optimizer moments, and the memory a step needs. One thread at a time calls it.</summary>
internal interface ITrainingSession : IDisposable
{
    /// <summary>What decides the rates.</summary>
    AdapterRateRule Rule { get; }

    /// <summary>The rates of each update at the latest step, schedule included, as a copy; empty before the first step.</summary>
    IReadOnlyList<AdapterRate> Rates { get; }

    /// <summary>One optimizer step on one batch: forward, backward, clip, update.</summary>
    /// <remarks>If the loss or a gradient is not finite, nothing is updated and the result says so.</remarks>
    /// <exception cref="DivergenceException">The rate rule came to rates that are not finite. Some matrices may have moved: the run is at its end.</exception>
    /// <exception cref="InvalidOperationException">The rate rule answered negative rates. The same holds.</exception>
    StepResult Step(in TrainingBatch batch, in StepSchedule schedule);

    /// <summary>Computes logits with the weights as they are now, without dropout.</summary>
    /// <param name="pairs">Any number of pairs.</param>
    /// <param name="logits">(pairs, classes). Overwritten.</param>
    void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits);

    /// <summary>A copy of the trained weights as they are now.</summary>
    TrainedWeights ExportTrained();

    /// <summary>Sets the trained weights; the optimizer's moments stay.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, unknown or misshapen.</exception>
    void ImportTrained(TrainedWeights trained);

    /// <summary>A copy of everything besides the trained weights that the next step depends on: moments, step count, what the rate rule remembers, dropout's random state.</summary>
    OptimizerState ExportOptimizer();

    /// <summary>Goes on from an exported state, bit for bit.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, unknown or misshapen.</exception>
    void ImportOptimizer(OptimizerState state);
}
