using System.Globalization;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Which device was chosen, and why.</summary>
/// <param name="Gpu">The number of the GPU; <see langword="null"/> for the processor.</param>
/// <param name="Reason">A sentence for the log.</param>
/// <param name="IsFallback">Whether another device was asked for and cannot be had.</param>
internal sealed record DeviceChoice(int? Gpu, string Reason, bool IsFallback = false)
{
    /// <summary>
    /// The least number of weights in an encoder's layers that a GPU is chosen for by itself. A choice between two that were measured, each on
    /// 41,816 QQP pairs for three epochs, all included: 10.6 million (small) took 16 s on an H200, and 3.1 million (mini) 24 s, against 189 s with
    /// three threads of a shared Xeon. So mini gains too, but stays on the processor unless a GPU is named: there results repeat bit for bit.
    /// </summary>
    public const long LeastWeights = 5_000_000;

    /// <summary>Chooses.</summary>
    /// <param name="wanted">What the options ask for.</param>
    /// <param name="context">What the context asks for, which counts where the options leave it open.</param>
    /// <param name="layerWeights">Number of weights in the encoder's layers.</param>
    /// <param name="missing">Why a GPU of a number cannot be had, or <see langword="null"/> if it can.</param>
    /// <exception cref="NotSupportedException">The GPU that is asked for cannot be had, and the processor is not to stand in for it.</exception>
    public static DeviceChoice Of(ComputeDevice wanted, ContextGpu context, long layerWeights, Func<int, string?> missing)
    {
        if (wanted.Gpu is { } index)
        {
            return missing(index) is { } why
                ? throw new NotSupportedException($"{nameof(LoraSentencePairOptions.Device)} is {wanted}, but: {why}")
                : new DeviceChoice(index, $"{nameof(LoraSentencePairOptions.Device)} is {wanted}.");
        }

        if (!wanted.IsAutomatic)
        {
            return new DeviceChoice(null, $"{nameof(LoraSentencePairOptions.Device)} is {wanted}.");
        }

        return context.Index is { } named ? OfContext(named, context.FallsBack, missing) : OfSize(layerWeights, missing);
    }

    private static DeviceChoice OfContext(int index, bool fallsBack, Func<int, string?> missing)
    {
        string asked = string.Create(CultureInfo.InvariantCulture, $"{nameof(MLContext)}.{nameof(MLContext.GpuDeviceId)} is {index}");
        string? missed = index < 0 ? "GPUs are numbered from 0." : missing(index);
        return missed is not { } why ? new DeviceChoice(index, $"{asked}.")
            : fallsBack ? new DeviceChoice(null, $"{asked}, but: {why} The processor stands in for it, as {nameof(MLContext.FallbackToCpu)} allows.", IsFallback: true)
            : throw new NotSupportedException($"{asked}, but: {why} Or set {nameof(MLContext.FallbackToCpu)} to let the processor stand in for it.");
    }

    private static DeviceChoice OfSize(long layerWeights, Func<int, string?> missing)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"the encoder's layers have {layerWeights / 1e6:F1} million weights");
        if (layerWeights < LeastWeights)
        {
            return new DeviceChoice(null, string.Create(CultureInfo.InvariantCulture, $"{size}; a GPU is chosen from {LeastWeights / 1e6:F0} million on."));
        }

        return missing(0) is { } why ? new DeviceChoice(null, $"{size}, enough for a GPU, but: {why}") : new DeviceChoice(0, $"{size}, and there is a GPU.");
    }
}
