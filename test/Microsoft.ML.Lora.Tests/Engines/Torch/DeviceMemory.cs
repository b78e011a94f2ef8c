using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Lora.Engines.Torch;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>How much memory of the GPU that is tested on is in use, by whomever, as NVIDIA's tool tells.</summary>
internal static class DeviceMemory
{
    private const string Tool = "nvidia-smi";

    /// <summary>Bytes in use; <see langword="null"/> where there is no GPU, or where the tool is absent or does not tell.</summary>
    /// <param name="say">Is told why nothing was measured.</param>
    public static long? Used(Action<string> say)
    {
        if (TorchRuntime.MissingForGpu(0) is not null)
        {
            say("GPU memory is not measured: there is no GPU.");
            return null;
        }

        string answer;
        try
        {
            answer = Ask();
        }
        catch (Win32Exception error)
        {
            say($"GPU memory is not measured: {Tool} cannot be started: {error.Message}");
            return null;
        }

        if (long.TryParse(answer.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long mebibytes))
        {
            return mebibytes << 20;
        }

        say($"GPU memory is not measured: {Tool} answers '{answer.Trim()}'.");
        return null;
    }

    /// <summary>The tool numbers GPUs as the driver does; where only some are shown to this process, the variable names the first of them.</summary>
    private static string Ask()
    {
        string? shown = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES");
        string gpu = string.IsNullOrWhiteSpace(shown) ? "0" : shown.Split(',')[0].Trim();
        using var process = Process.Start(new ProcessStartInfo(Tool, ["--query-gpu=memory.used", "--format=csv,noheader,nounits", $"--id={gpu}"])
        {
            RedirectStandardOutput = true,
        })!;
        string answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return answer;
    }
}
