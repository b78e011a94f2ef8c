using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Lora.Benchmarks.Peers;

/// <summary>Runs a program that ends its output with one JSON object.</summary>
internal static class JsonProgram
{
    private const int ShownErrorLines = 8;

    private static readonly string[] ThreadVariables = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"];

    /// <summary>Starts a program whose matrix library shall use so many threads.</summary>
    /// <exception cref="InvalidOperationException">It cannot be started.</exception>
    public static Process Start(IReadOnlyList<string> command, int threads)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string variable in ThreadVariables)
        {
            start.Environment[variable] = threads.ToString();
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"'{command[0]}' cannot be started: {exception.Message}", exception);
        }
    }

    /// <summary>The JSON object on the last line that a program prints.</summary>
    /// <exception cref="InvalidOperationException">It cannot be started, fails, or prints none; the message has the end of what it said.</exception>
    public static JsonObject Run(IReadOnlyList<string> command, int threads = 1)
    {
        using Process process = Start(command, threads);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (process.ExitCode == 0 && lines is [.., { } last] && last.StartsWith('{'))
        {
            return JsonNode.Parse(last)!.AsObject();
        }

        IEnumerable<string> said = errors.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(ShownErrorLines);
        throw new InvalidOperationException(
            $"'{string.Join(' ', command)}' ended with exit code {process.ExitCode} and no JSON object. It said:\n{string.Join('\n', said)}");
    }
}
