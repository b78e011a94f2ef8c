using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Engines.Torch;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Chooses what computes.</summary>
internal static class EngineChoice
{
    /// <summary>The engine to train with, and to score with afterwards.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="shape">The encoder.</param>
    /// <param name="info">Is told what was chosen, and why.</param>
    /// <param name="warn">Is told of what the user should know.</param>
    /// <exception cref="NotSupportedException">The device that is asked for cannot be had.</exception>
    public static IEngine ForTraining(PairTrainingRequest request, EncoderShape shape, Action<string> info, Action<string> warn)
    {
        DeviceChoice choice = Choose(request.Device, request.ContextGpu, shape, info, warn);
        return choice.Gpu is { } gpu
            ? new TorchEngine(TorchRuntime.Gpu(gpu, request.GpuPrecision), request.Threads, warn)
            : new ManagedEngine(request.Threads, request.FrozenLayersMegabytes * (1L << 20));
    }

    /// <summary>The engine for a model that comes out of a zip, which says nothing of the machine it is used on.</summary>
    public static IEngine ForLoadedModel() => new ManagedEngine(Environment.ProcessorCount);

    /// <summary>An engine on a device that the user names for a finished model.</summary>
    /// <param name="device">The device.</param>
    /// <param name="context">What the context says of GPUs.</param>
    /// <param name="precision">What a GPU shall compute in.</param>
    /// <param name="shape">The encoder.</param>
    /// <param name="info">Is told what was chosen, and why.</param>
    /// <param name="warn">Is told of what the user should know.</param>
    /// <exception cref="NotSupportedException">The device cannot be had.</exception>
    public static IEngine ForScoring(
        ComputeDevice device, ContextGpu context, GpuPrecision precision, EncoderShape shape, Action<string> info, Action<string> warn)
    {
        DeviceChoice choice = Choose(device, context, shape, info, warn);
        return choice.Gpu is { } gpu ? new TorchEngine(TorchRuntime.Gpu(gpu, precision), Environment.ProcessorCount, warn) : ForLoadedModel();
    }

    private static DeviceChoice Choose(ComputeDevice device, ContextGpu context, EncoderShape shape, Action<string> info, Action<string> warn)
    {
        DeviceChoice choice = DeviceChoice.Of(device, context, shape.LayerWeights, TorchRuntime.MissingForGpu);
        (choice.IsFallback ? warn : info)($"Computing on {(choice.Gpu is { } index ? $"GPU {index}" : "the processor")}: {choice.Reason}");
        return choice;
    }
}
