using Microsoft.ML.Lora.Engines.Torch;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>The device that the Torch engine is tested on.</summary>
internal static class TorchDevices
{
    private static readonly Lazy<EncoderScript> Plain = new(() => new EncoderScript(PlainAttention));

    /// <summary>Attention written plainly, as <see cref="EncoderScript"/> takes it.</summary>
    public static string PlainAttention
    {
        get
        {
            using var reader = new StreamReader(typeof(TorchDevices).Assembly.GetManifestResourceStream("attention_plain.py")!);
            return reader.ReadToEnd();
        }
    }

    /// <summary>
    /// The first GPU, or the processor where there is none; the test is inconclusive where TorchSharp's native parts are absent, and fails where
    /// the lane promises what is absent.
    /// </summary>
    public static TorchPlace Any(GpuPrecision precision = GpuPrecision.Single)
    {
        string? withoutGpu = TorchRuntime.MissingForGpu(0);
        if (withoutGpu is null)
        {
            return TorchRuntime.Gpu(0, precision);
        }

        Lane.Current.CheckGpu(withoutGpu);
        if (TorchRuntime.MissingForProcessor() is { } withoutTorch)
        {
            Lane.Current.CheckTorch(withoutTorch);
            Assert.Inconclusive(withoutTorch);
        }

        return TorchRuntime.Processor() with { Precision = precision };
    }

    /// <summary>Makes the test inconclusive where there is no GPU, or fail where the lane promises one.</summary>
    public static void RequireGpu()
    {
        if (TorchRuntime.MissingForGpu(0) is { } missing)
        {
            Lane.Current.CheckGpu(missing);
            Assert.Inconclusive(missing);
        }
    }

    /// <summary>An engine on that device.</summary>
    /// <param name="precision">What it computes in.</param>
    /// <param name="warnings">Takes what it warns of.</param>
    /// <param name="scripted">Whether it computes by the encoder's script what that can; on the processor with attention written plainly.</param>
    public static TorchEngine Engine(GpuPrecision precision = GpuPrecision.Single, List<string>? warnings = null, bool scripted = true)
    {
        TorchPlace place = Any(precision);
        void Warn(string warning) => warnings?.Add(warning);
        return scripted && TorchRuntime.MissingForGpu(0) is null
            ? new TorchEngine(place, 1, Warn)
            : new TorchEngine(place, 1, Warn, _ => scripted ? Plain.Value : null);
    }
}
