using Microsoft.ML.Lora;
using Spectre.Console;

namespace SampleConsole;

/// <summary>Shows a training as a progress bar, with loss, speed and the time that is left.</summary>
public static class TrainingBar
{
    /// <summary>Runs a training under a progress bar.</summary>
    /// <param name="title">What to call it.</param>
    /// <param name="train">The training; it reports to what it is given.</param>
    public static T Show<T>(string title, Func<IProgress<TrainingProgress>, T> train) => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
        .Start(context => train(new Bar(title, context.AddTask(title))));

    private sealed class Bar(string title, ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            task.MaxValue = value.Steps;
            task.Value = value.Step;
            task.Description = value.Step == value.Steps
                ? FormattableString.Invariant($"{title}: loss {value.Loss:F3}, {value.PairsPerSecond:F0} pairs/s, {value.Elapsed.TotalSeconds:F1} s")
                : FormattableString.Invariant($"{title}: epoch {value.Epoch}/{value.Epochs}, loss {value.Loss:F3}, {value.PairsPerSecond:F0} pairs/s, {value.Remaining.TotalSeconds:F0} s left");
        }
    }
}
