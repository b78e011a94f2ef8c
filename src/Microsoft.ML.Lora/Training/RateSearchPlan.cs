using System.Globalization;

namespace Microsoft.ML.Lora.Training;

/// <summary>How many rates a search tries, and how long: each round keeps the best third and trains three times as long.</summary>
/// <param name="Candidates">Rates tried in the first round: <see cref="Few"/> or <see cref="Many"/>.</param>
/// <param name="FirstSteps">Steps of each trial of the first round.</param>
internal sealed record RateSearchPlan(int Candidates, int FirstSteps)
{
    /// <summary>What is left of a round's candidates: a third.</summary>
    public const int Keep = 3;

    /// <summary>Candidates of the small search, which has one round.</summary>
    public const int Few = Keep;

    /// <summary>Candidates of the large search, which has two rounds.</summary>
    public const int Many = Keep * Keep;

    /// <summary>The fewest steps of a trial: fewer rank rates by how they warm up.</summary>
    private const int FewestSteps = 20;

    /// <summary>Steps of the smallest search.</summary>
    public static int Smallest => CostOf(Few) * FewestSteps;

    /// <summary>Trials of all rounds, if none diverges.</summary>
    public int Trials => TrialsOf(Candidates);

    /// <summary>Steps of all trials.</summary>
    public int Steps => CostOf(Candidates) * FirstSteps;

    /// <summary>The search that a budget allows.</summary>
    /// <param name="allowance">The budget.</param>
    /// <param name="longest">The steps of the training itself: no trial is longer, unless the training is shorter than the shortest trial.</param>
    /// <exception cref="ArgumentException">The budget is too small.</exception>
    public static RateSearchPlan For(RateSearchAllowance allowance, int longest)
    {
        bool many = longest >= Keep * FewestSteps && allowance.StepsBeside(TrialsOf(Many)) >= CostOf(Many) * FewestSteps;
        int candidates = many ? Many : Few;
        int steps = allowance.StepsBeside(TrialsOf(candidates));
        int first = Math.Min(steps / CostOf(candidates), Math.Max(many ? longest / Keep : longest, FewestSteps));
        return first >= FewestSteps
            ? new RateSearchPlan(candidates, first)
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"The search budget of {allowance.Words} allows for {steps} steps, but the smallest search, {Few} trials of {FewestSteps} steps, needs {Smallest}; {Many} rates are tried from {CostOf(Many) * FewestSteps} on. Give a larger budget, or choose rates by hand."));
    }

    /// <summary>Steps of all trials for each step of the first: every round costs the same.</summary>
    private static int CostOf(int candidates) => candidates == Many ? 2 * Many : Few;

    private static int TrialsOf(int candidates) => candidates == Many ? Many + Few : Few;
}
