using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>A search for rates that tests change one thing in: 200 pairs, 40 of them to judge by, and a training of 100 steps to come.</summary>
internal sealed class RateSearchSetup
{
    /// <summary>Steps of the training to come.</summary>
    public const int TrainingSteps = 100;

    /// <summary>What is tried: rates of an encoder's own weights, since they have short descriptions; the default is 3e-4.</summary>
    public static readonly RateCandidates Candidates = RateCandidates.For(
        new AdapterPlan { Method = AdaptationMethod.FullFineTuning, Targets = LoraTargets.None, Rank = 1, Scaling = 1, Dropout = 0 });

    public LabeledPairs Pairs { get; init; } = TrainingPairs.Create(200);

    public RateSearchBudget Budget { get; init; } = RateSearchBudget.InSteps(360);

    /// <summary>How surely a pair is decided rightly after so many steps with a rule.</summary>
    public Func<string, int, float> Margin { get; init; } = (_, _) => 1;

    /// <summary>Whether a rule's first step has a loss that is finite.</summary>
    public Func<string, bool> IsFinite { get; init; } = _ => true;

    /// <summary>Called at each step, with the number of sessions begun and the step's, both from 1.</summary>
    public Action<int, int> OnStep { get; init; } = (_, _) => { };

    public Action OnScore { get; init; } = () => { };

    public CancellationToken Cancellation { get; init; }

    public TimeProvider Time { get; init; } = new ManualClock();

    public List<string> Log { get; } = [];

    /// <summary>Sessions begun.</summary>
    public int Sessions { get; private set; }

    /// <summary>Steps of all sessions.</summary>
    public int Steps { get; private set; }

    public IReadOnlyList<RateTrial> Run()
    {
        TrainingPlan plan = new RunSetup().Plan with { BatchSize = 4 };
        RateSearchSplit split = RateSearchSplit.Of(Pairs, [.. Enumerable.Range(0, Pairs.Count)], "alike", seed: 1);
        return RateSearch.Execute(Start, split, Candidates, plan, Budget, new TrainingHooks
        {
            Progress = null,
            Log = Log.Add,
            Cancellation = Cancellation,
            Time = Time,
            Checkpoints = null,
        });
    }

    private FakeSession Start(AdapterRateRule rule)
    {
        int number = ++Sessions;
        return new FakeSession
        {
            Loss = _ => IsFinite(rule.Description) ? 1 : double.NaN,
            Margin = steps => Margin(rule.Description, steps),
            OnScore = OnScore,
            OnStep = step =>
            {
                Steps++;
                OnStep(number, step);
            },
        };
    }
}
