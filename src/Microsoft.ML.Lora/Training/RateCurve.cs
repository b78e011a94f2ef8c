using Microsoft.ML.Lora.Engines;

namespace Microsoft.ML.Lora.Training;

/// <summary>The share of the full learning rate that each step has: a linear warm-up, then what the schedule says.</summary>
/// <param name="schedule">What follows the warm-up.</param>
/// <param name="steps">Steps in all.</param>
/// <param name="warmupFraction">Share of the steps that warm up, rounded to whole steps.</param>
internal sealed class RateCurve(RateSchedule schedule, int steps, double warmupFraction)
{
    private readonly int _warmupSteps = (int)Math.Round(steps * warmupFraction, MidpointRounding.AwayFromZero);

    /// <summary>Where a step stands.</summary>
    /// <param name="step">From 0 to the number of steps − 1.</param>
    public StepSchedule ScheduleAt(int step) => new(At(step), step < _warmupSteps);

    /// <summary>The share at a step, in (0, 1].</summary>
    /// <param name="step">From 0 to the number of steps − 1.</param>
    public double At(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, steps);
        if (step < _warmupSteps)
        {
            return (step + 1.0) / _warmupSteps;
        }

        double done = (step - _warmupSteps) / (double)(steps - _warmupSteps);
        return schedule switch
        {
            RateSchedule.Linear => 1 - done,
            RateSchedule.Cosine => 0.5 * (1 + Math.Cos(Math.PI * done)),
            RateSchedule.Constant => 1,
            _ => throw new InvalidOperationException($"No rule for schedule {schedule}."),
        };
    }
}
