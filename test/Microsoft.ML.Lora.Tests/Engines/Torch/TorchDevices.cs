using Microsoft.ML.Lora.Engines.Torch;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>The device that the Torch engine is tested on.</summary>
internal static class TorchDevices
{
    /// <summary>The first GPU, or the processor where there is none; the test is inconclusive where TorchSharp's native parts are absent.</summary>
    public static TorchPlace Any(GpuPrecision precision = GpuPrecision.Single)
    {
        if (TorchRuntime.MissingForGpu(0) is null)
        {
            return TorchRuntime.Gpu(0, precision);
        }

        if (TorchRuntime.MissingForProcessor() is { } missing)
        {
            Assert.Inconclusive(missing);
        }

        return TorchRuntime.Processor() with { Precision = precision };
    }

    /// <summary>An engine on that device.</summary>
    public static TorchEngine Engine(GpuPrecision precision = GpuPrecision.Single, List<string>? warnings = null) =>
        new(Any(precision), 1, warning => warnings?.Add(warning));
}
