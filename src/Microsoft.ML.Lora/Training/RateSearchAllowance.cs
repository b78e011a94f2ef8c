using static System.FormattableString;

namespace Microsoft.ML.Lora.Training;

/// <summary>What a budget comes to in steps.</summary>
/// <param name="Steps">Steps that it would pay for if nothing else cost anything.</param>
/// <param name="TrialCost">What each trial costs besides its steps, in steps: to begin it and to score after it. 0 where only steps count.</param>
/// <param name="Words">The budget in words, for messages.</param>
internal sealed record RateSearchAllowance(double Steps, double TrialCost, string Words)
{
    /// <summary>The share of a time that is planned with: what was timed comes back a little slower or faster.</summary>
    private const double PlannedShare = 0.9;

    /// <summary>The smallest time that a step is taken to last.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    /// <summary>A budget in steps.</summary>
    public static RateSearchAllowance InSteps(int steps) => new(steps, 0, RateSearchBudget.InSteps(steps).ToString());

    /// <summary>A budget in time.</summary>
    /// <param name="time">The budget.</param>
    /// <param name="left">What is left of it.</param>
    /// <param name="step">What a step takes. Where a clock is too coarse to tell, it counts as a tick.</param>
    /// <param name="trial">What a trial takes besides its steps.</param>
    public static RateSearchAllowance InTime(TimeSpan time, TimeSpan left, TimeSpan step, TimeSpan trial)
    {
        TimeSpan counted = step > Tick ? step : Tick;
        return new(
            PlannedShare * left / counted,
            trial / counted,
            Invariant($"{time.TotalSeconds} s, where a step takes {step.TotalSeconds:G2} s and to begin and score a trial {trial.TotalSeconds:G2} s,"));
    }

    /// <summary>Steps for all trials together, after what the trials cost besides. From 0.</summary>
    public int StepsBeside(int trials) => (int)Math.Clamp(Steps - trials * TrialCost, 0, int.MaxValue);
}
