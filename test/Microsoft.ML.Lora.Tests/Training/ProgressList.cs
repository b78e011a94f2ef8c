namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>Keeps what it is told, and on which thread.</summary>
internal sealed class ProgressList : IProgress<TrainingProgress>
{
    public List<TrainingProgress> Reports { get; } = [];

    public HashSet<int> Threads { get; } = [];

    /// <summary>Called after each report is kept.</summary>
    public Action<TrainingProgress> OnReport { get; init; } = _ => { };

    public void Report(TrainingProgress value)
    {
        Reports.Add(value);
        Threads.Add(Environment.CurrentManagedThreadId);
        OnReport(value);
    }
}
