using System.Globalization;
using Spectre.Console;

namespace Ablation.Cells;

/// <summary>Progress bars for what runs and for the whole; in a log, a line for each cell that ends.</summary>
internal static class CellDisplay
{
    /// <summary>Runs work and shows it.</summary>
    /// <param name="finished">Cells that are finished before it begins.</param>
    /// <param name="all">Cells in all.</param>
    /// <param name="work">Runs cells and tells of them.</param>
    public static async Task<T> ShowAsync<T>(int finished, int all, Func<ICellDisplay, Task<T>> work) =>
        AnsiConsole.Profile.Capabilities is { Interactive: true, Ansi: true }
            ? await AnsiConsole.Progress()
                .AutoClear(true)
                .HideCompleted(true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(context => work(new Bars(context, finished, all)))
            : await work(new Lines(finished, all));

    private static string Ended(Cell cell, string outcome, int done, int all) =>
        string.Create(CultureInfo.InvariantCulture, $"{done}/{all} {cell.Title}: {outcome}");

    private sealed class Bars : ICellDisplay
    {
        private readonly ProgressContext _context;
        private readonly ProgressTask _whole;
        private readonly Dictionary<Cell, ProgressTask> _tasks = [];
        private readonly Lock _lock = new();
        private readonly int _all;
        private int _done;

        public Bars(ProgressContext context, int finished, int all)
        {
            (_context, _done, _all) = (context, finished, all);
            _whole = context.AddTask(Whole(), maxValue: all - finished);
        }

        public void Begin(Cell cell)
        {
            lock (_lock)
            {
                _tasks[cell] = _context.AddTask(Markup.Escape(cell.Title));
            }
        }

        public void Show(Cell cell, int step, int steps, double loss)
        {
            lock (_lock)
            {
                ProgressTask task = _tasks[cell];
                task.MaxValue = steps;
                _whole.Increment((step - task.Value) / steps);
                task.Value = step;
                task.Description = Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{cell.Title}: loss {loss:F3}"));
            }
        }

        public void End(Cell cell, string outcome)
        {
            lock (_lock)
            {
                ProgressTask task = _tasks[cell];
                _whole.Increment(1 - (task.Value / task.MaxValue));
                task.StopTask();
                _tasks.Remove(cell);
                _done++;
                _whole.Description = Whole();
                AnsiConsole.WriteLine(Ended(cell, outcome, _done, _all));
            }
        }

        private string Whole() => $"[bold]{_done} of {_all} cells[/]";
    }

    private sealed class Lines(int finished, int all) : ICellDisplay
    {
        private int _done = finished;

        public void Begin(Cell cell)
        {
            // A log has a line for what ended.
        }

        public void Show(Cell cell, int step, int steps, double loss)
        {
            // As above.
        }

        public void End(Cell cell, string outcome) => Console.WriteLine(Ended(cell, outcome, Interlocked.Increment(ref _done), all));
    }
}
