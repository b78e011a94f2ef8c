using static System.FormattableString;

namespace Microsoft.ML.Lora;

/// <summary>How much a search for rates may take, see <see cref="AdapterRates.Fitted"/>.</summary>
public sealed record RateSearchBudget
{
    private RateSearchBudget(int? steps, TimeSpan? time) => (Steps, Time) = (steps, time);

    /// <summary>Optimizer steps of all trials together; <see langword="null"/> where time counts.</summary>
    public int? Steps { get; }

    /// <summary>Time; <see langword="null"/> where steps count.</summary>
    public TimeSpan? Time { get; }

    /// <summary>A budget in optimizer steps, with which the search gives the same result every time.</summary>
    /// <param name="steps">Above 0. A search needs some 60 at least and tries more rates from 360 on; its message says so where it is too few.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not above 0.</exception>
    public static RateSearchBudget InSteps(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        return new RateSearchBudget(steps, null);
    }

    /// <summary>
    /// A budget in seconds. How many steps they allow depends on the machine; the trials tell. A search that turns out slower than what was timed at its start ends
    /// with the budget and chooses among the trials that it made.
    /// </summary>
    /// <param name="seconds">Above 0 and at most a day.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public static RateSearchBudget InSeconds(double seconds) => seconds is > 0 and <= 86_400
        ? new RateSearchBudget(null, TimeSpan.FromSeconds(seconds))
        : throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "A search may take above 0 and at most 86400 seconds.");

    /// <summary>The budget in words.</summary>
    public override string ToString() => Steps is { } steps ? Invariant($"{steps} steps") : Invariant($"{Time!.Value.TotalSeconds} s");
}
