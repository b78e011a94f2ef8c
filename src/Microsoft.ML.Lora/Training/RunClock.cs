namespace Microsoft.ML.Lora.Training;

/// <summary>Measures what the steps of a run take apart from what else takes time, and estimates what is left.</summary>
/// <param name="time">The clock.</param>
internal sealed class RunClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private int _steps;
    private int _validations;
    private TimeSpan _validationTime;

    /// <summary>Time since the run began.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>Time in steps alone.</summary>
    public TimeSpan TrainingTime { get; private set; }

    /// <summary>Pairs trained on.</summary>
    public long Pairs { get; private set; }

    /// <summary>Training speed so far; 0 before any time was measured.</summary>
    public double PairsPerSecond => TrainingTime > TimeSpan.Zero ? Pairs / TrainingTime.TotalSeconds : 0;

    /// <summary>A moment to measure from.</summary>
    public long Now() => time.GetTimestamp();

    /// <summary>Counts a step that began at <paramref name="since"/>.</summary>
    public void AddStep(long since, int pairs)
    {
        TrainingTime += time.GetElapsedTime(since);
        Pairs += pairs;
        _steps++;
    }

    /// <summary>Counts a validation that began at <paramref name="since"/>.</summary>
    public void AddValidation(long since)
    {
        _validationTime += time.GetElapsedTime(since);
        _validations++;
    }

    /// <summary>The time that so many more steps and validations will take at the speed so far.</summary>
    public TimeSpan Estimate(int stepsLeft, int validationsLeft)
    {
        TimeSpan steps = _steps == 0 ? TimeSpan.Zero : TrainingTime / _steps * stepsLeft;
        TimeSpan validations = _validations == 0 ? TimeSpan.Zero : _validationTime / _validations * validationsLeft;
        return steps + validations;
    }
}
