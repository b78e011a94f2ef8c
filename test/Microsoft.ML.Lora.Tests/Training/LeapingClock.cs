namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>A clock that leaps on whenever it is looked at.</summary>
internal sealed class LeapingClock(TimeSpan leap) : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks += leap.Ticks;
}
