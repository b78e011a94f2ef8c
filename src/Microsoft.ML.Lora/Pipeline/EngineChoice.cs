using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Chooses what computes.</summary>
internal static class EngineChoice
{
    /// <summary>The engine to train with, and to score with afterwards.</summary>
    /// <param name="threads">Threads that work.</param>
    /// <param name="frozenLayersMegabytes">MiB to keep the output of frozen layers in; <see langword="null"/> for the engine's choice.</param>
    public static IEngine ForTraining(int threads, int? frozenLayersMegabytes) => new ManagedEngine(threads, frozenLayersMegabytes * (1L << 20));

    /// <summary>The engine for a model that comes out of a zip, which says nothing of the machine it is used on.</summary>
    public static IEngine ForLoadedModel() => new ManagedEngine(Environment.ProcessorCount);
}
