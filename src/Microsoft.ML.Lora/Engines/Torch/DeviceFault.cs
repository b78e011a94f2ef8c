using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>What the device library's faults mean. It throws one type for all of them, and says what happened in words.</summary>
internal static class DeviceFault
{
    private const string ScriptError = "RuntimeError: ";

    private const string NoKernelWords = "no kernel found";

    private static readonly string[] OutOfMemoryWords = ["out of memory", "not enough memory", "can't allocate memory"];

    /// <summary>Whether a device ran out of memory.</summary>
    public static bool IsOutOfMemory(Exception error) =>
        error is ExternalException && OutOfMemoryWords.Any(words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>An exception that says what a fault of the device means to a training.</summary>
    /// <param name="error">From the device library.</param>
    /// <param name="place">The device.</param>
    public static InvalidOperationException InTraining(ExternalException error, TorchPlace place) => NoKernel(error, place) ?? new(
        $"The device {place.Device} failed in the middle of a step: {FirstLine(error)} Its memory may be lost, and with it the weights since the last "
        + "checkpoint; what was saved before is whole. Start the training again: with Checkpoints it goes on from the last one.",
        error);

    /// <summary>An exception that says what a fault of the device means to scoring.</summary>
    /// <param name="error">From the device library.</param>
    /// <param name="place">The device.</param>
    public static Exception InScoring(ExternalException error, TorchPlace place) => IsOutOfMemory(error)
        ? new InsufficientMemoryException(
            $"The device {place.Device} has no room to score a single pair. Choose a lower MaxTokens, a smaller encoder or another device.", error)
        : NoKernel(error, place) ?? new InvalidOperationException(
            $"The device {place.Device} failed while scoring: {FirstLine(error)} The trained weights on the host are whole: save the model if it is not saved, and score it in a new process or with "
            + $"{nameof(LoraSentencePairTransformer.WithDevice)} on another device.",
            error);

    /// <summary>The exception for a device that cannot compute in what it is asked to, where a fault is that; bfloat16 begins with NVIDIA's Ampere generation.</summary>
    private static InvalidOperationException? NoKernel(ExternalException error, TorchPlace place) =>
        error.Message.Contains(NoKernelWords, StringComparison.OrdinalIgnoreCase)
            ? new($"The device {place.Device} has no kernel of attention in {place.Precision}: {FirstLine(error)} Set {nameof(GpuPrecision)} to {GpuPrecision.Single}, which older GPUs compute in too.", error)
            : null;

    /// <summary>The line of a message that says what happened: the first, or in a script's trace the one that names the error.</summary>
    public static string FirstLine(Exception error)
    {
        string[] lines = error.Message.Split('\n');
        string line = (lines.FirstOrDefault(text => text.StartsWith(ScriptError, StringComparison.Ordinal)) ?? lines[0]).Trim();
        return line.EndsWith('.') ? line : line + ".";
    }
}
