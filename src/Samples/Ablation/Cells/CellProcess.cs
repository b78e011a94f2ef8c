using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Ablation.Cells;

/// <summary>
/// One cell in a process of its own, whose peak memory is then the cell's. The parent writes the request on the child's standard input and keeps
/// it open; the child writes a line for each step that is shown. When its input ends, the child ends: it never outlives its parent.
/// </summary>
internal static class CellProcess
{
    /// <summary>The subcommand that makes this program a child.</summary>
    public const string Subcommand = "cell";

    private const int ShownErrorLines = 6;
    private const int AbandonedExitCode = 3;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(250);

    private static readonly string[] ThisProgram =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, typeof(CellProcess).Assembly.Location]
            : [Environment.ProcessPath!];

    /// <summary>Runs a cell to its end.</summary>
    /// <param name="request">The cell.</param>
    /// <param name="report">Told of the steps now and then: steps taken, steps in all, loss.</param>
    /// <param name="cancellation">Ends the child.</param>
    /// <exception cref="InvalidOperationException">The child failed; the message is what it said.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task RunAsync(CellRequest request, Action<int, int, double> report, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(ThisProgram[0], [.. ThisProgram[1..], Subcommand])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        await using CancellationTokenRegistration end = cancellation.Register(() => process.Kill(entireProcessTree: true));
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request, CellJson.Compact));
            await process.StandardInput.FlushAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            // A child that is gone already says why below.
        }

        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            string[] fields = line.Split(' ');
            report(
                int.Parse(fields[0], CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture), double.Parse(fields[2], CultureInfo.InvariantCulture));
        }

        await process.WaitForExitAsync(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0 || !File.Exists(request.ResultPath))
        {
            IEnumerable<string> said = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(ShownErrorLines);
            string what = string.Join(' ', said);
            throw new InvalidOperationException(what.Length > 0 ? what : $"The process of the cell ended with exit code {process.ExitCode} and said nothing.");
        }
    }

    /// <summary>What the child does: reads its request, trains, and reports.</summary>
    public static int Serve()
    {
        string line = Console.In.ReadLine() ?? throw new InvalidDataException($"The subcommand '{Subcommand}' is for the program itself: it reads its request from standard input.");
        CellRequest request = JsonSerializer.Deserialize<CellRequest>(line, CellJson.Compact)!;
        new Thread(EndWithParent) { IsBackground = true }.Start();
        long shown = 0;
        CellTraining.Run(request, (step, steps, loss) =>
        {
            if (step == steps || shown == 0 || Stopwatch.GetElapsedTime(shown) >= ReportEvery)
            {
                shown = Stopwatch.GetTimestamp();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step} {steps} {loss}"));
            }
        });
        return 0;
    }

    private static void EndWithParent()
    {
        Console.In.ReadToEnd();
        Environment.Exit(AbandonedExitCode);
    }
}
