using Microsoft.ML.Lora;
using Spectre.Console;

namespace SampleConsole;

/// <summary>Shows a training with its loss, its speed and the time that is left: as a progress bar, or in a log as some lines.</summary>
public static class TrainingBar
{
    private const int LogLines = 10;

    /// <summary>Runs a training and shows it.</summary>
    /// <param name="title">What to call it.</param>
    /// <param name="train">The training; it reports to what it is given.</param>
    public static T Show<T>(string title, Func<IProgress<TrainingProgress>, T> train) =>
        AnsiConsole.Profile.Capabilities is { Interactive: true, Ansi: true }
            ? AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
                .Start(context => train(new Bar(title, context.AddTask(title))))
            : train(new Log(title));

    private static string Describe(string title, TrainingProgress value) => value switch
    {
        { Trial: { } trial } => FormattableString.Invariant($"{title}: tried {trial.Rates} for {trial.Steps} steps, {Outcome(trial)}"),
        _ when value.Step == value.Steps => FormattableString.Invariant($"{title}: loss {value.Loss:F3}, {value.PairsPerSecond:F0} pairs/s, {value.Elapsed.TotalSeconds:F1} s"),
        _ => FormattableString.Invariant($"{title}: epoch {value.Epoch}/{value.Epochs}, loss {value.Loss:F3}, {value.PairsPerSecond:F0} pairs/s, {value.Remaining.TotalSeconds:F0} s left"),
    };

    private static string Outcome(RateTrial trial) => trial.LogLoss is { } loss ? FormattableString.Invariant($"log-loss {loss:F3}") : "diverged";

    private sealed class Bar(string title, ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            task.MaxValue = value.Steps;
            task.Value = value.Step;
            task.Description = Markup.Escape(Describe(title, value));
        }
    }

    private sealed class Log(string title) : IProgress<TrainingProgress>
    {
        private long _lines;

        public void Report(TrainingProgress value)
        {
            long due = (long)value.Step * LogLines / value.Steps;
            if (due > _lines || value.Trial is not null)
            {
                _lines = due;
                Console.WriteLine(Describe(title, value));
            }
        }
    }
}
