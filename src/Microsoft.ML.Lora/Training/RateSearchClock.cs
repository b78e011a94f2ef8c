namespace Microsoft.ML.Lora.Training;

/// <summary>The time that a search for rates has taken since this was made, against what it may take.</summary>
/// <param name="time">The clock.</param>
/// <param name="budget">What the search may take; <see langword="null"/> where time does not count.</param>
internal sealed class RateSearchClock(TimeProvider time, TimeSpan? budget)
{
    private readonly long _began = time.GetTimestamp();

    /// <summary>The time since the search began.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>Whether there is a budget in time that has not room for so much more.</summary>
    public bool HasNoRoomFor(TimeSpan more) => budget is { } most && Elapsed + more > most;
}
