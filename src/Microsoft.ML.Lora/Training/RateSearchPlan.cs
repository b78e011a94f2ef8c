using System.Globalization;

namespace Microsoft.ML.Lora.Training;

/// <summary>How many rates a search tries, and how long: each round keeps the best third and trains three times as long.</summary>
/// <param name="Candidates">Rates tried in the first round: 3 or 9.</param>
/// <param name="FirstSteps">Steps of each trial of the first round.</param>
internal sealed record RateSearchPlan(int Candidates, int FirstSteps)
{
    /// <summary>What is left of a round's candidates: a third.</summary>
    public const int Keep = 3;

    /// <summary>The fewest steps of a trial: fewer rank rates by how they warm up.</summary>
    private const int FewestSteps = 20;

    private const int Few = 3;
    private const int Many = 9;

    /// <summary>Steps of the smallest search.</summary>
    public static int Smallest => CostOf(Few) * FewestSteps;

    /// <summary>Trials of the search over many candidates.</summary>
    public static int MostTrials => Many + Few;

    /// <summary>Steps of all trials.</summary>
    public int Steps => CostOf(Candidates) * FirstSteps;

    /// <summary>The search that a number of steps allows.</summary>
    /// <param name="steps">The budget.</param>
    /// <param name="longest">The steps of the training itself: no trial is longer, unless the training is shorter than the shortest trial.</param>
    /// <param name="budget">The budget in words, for the message.</param>
    /// <exception cref="ArgumentException">The budget is too small.</exception>
    public static RateSearchPlan For(int steps, int longest, string budget)
    {
        int candidates = steps >= CostOf(Many) * FewestSteps && longest >= Keep * FewestSteps ? Many : Few;
        int most = candidates == Many ? longest / Keep : longest;
        int first = Math.Min(steps / CostOf(candidates), Math.Max(most, FewestSteps));
        return first >= FewestSteps
            ? new RateSearchPlan(candidates, first)
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"The search budget of {budget} allows for {steps} steps, but the smallest search, {Few} trials of {FewestSteps} steps, needs {Smallest}; {Many} rates are tried from {CostOf(Many) * FewestSteps} on. Give a larger budget, or choose rates by hand."));
    }

    /// <summary>Steps of all trials for each step of the first: every round costs the same.</summary>
    private static int CostOf(int candidates) => candidates == Many ? 2 * Many : Few;
}
