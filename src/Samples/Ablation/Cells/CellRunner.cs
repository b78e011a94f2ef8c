using System.Collections.Concurrent;
using System.Globalization;

namespace Ablation.Cells;

/// <summary>Runs the cells that are not finished, several side by side, each in a process of its own.</summary>
internal static class CellRunner
{
    /// <summary>Runs them; a cell that fails does not keep the others from running.</summary>
    /// <param name="plan">All cells.</param>
    /// <param name="open">Those to run.</param>
    /// <param name="jobs">How many run side by side.</param>
    /// <param name="command">The command that is being run, for the results.</param>
    /// <param name="display">Shows how far they are.</param>
    /// <param name="cancellation">Ends the running cells, whose work is lost, and begins no more.</param>
    /// <returns>What went wrong, by cell.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(
        CellPlan plan, IReadOnlyList<Cell> open, int jobs, string command, ICellDisplay display, CancellationToken cancellation)
    {
        var queue = new ConcurrentQueue<Cell>(open);
        var failures = new ConcurrentQueue<string>();
        await Task.WhenAll(Enumerable.Range(0, Math.Min(jobs, open.Count)).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
        return [.. failures];

        async Task WorkAsync()
        {
            while (!cancellation.IsCancellationRequested && queue.TryDequeue(out Cell? cell))
            {
                display.Begin(cell);
                try
                {
                    await CellProcess.RunAsync(plan.RequestOf(cell, command), (step, steps, loss) => display.Show(cell, step, steps, loss), cancellation);
                    display.End(cell, Outcome(CellPlan.ResultOf(cell)!));
                }
                catch (OperationCanceledException)
                {
                    display.End(cell, "stopped");
                }
                catch (Exception exception) when (exception is InvalidOperationException or InvalidDataException or IOException)
                {
                    failures.Enqueue($"{cell.Title}: {exception.Message}");
                    display.End(cell, "failed");
                }
            }
        }
    }

    private static string Outcome(CellResult result) => result.Figures is { } figures
        ? string.Create(CultureInfo.InvariantCulture, $"ACC {figures.Accuracy:F3}, log-loss {figures.LogLoss:F3}, {figures.SecondsPerEpoch:F1} s/epoch")
        : "diverged";
}
