using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>
/// A session without a model. Its weights depend on every pair it met and in which order, on the rates, on its moment and on its
/// random source, so that a run that goes on in any other way than uninterrupted ends with other weights.
/// </summary>
internal sealed class FakeSession : ITrainingSession
{
    private const string Weight = "classifier.weight";
    private readonly SeededRandom _random = new(17);
    private float[] _weights = [0, 1];
    private float _moment;

    /// <summary>The loss that a step is to report, by its number from 1.</summary>
    public Func<int, double> Loss { get; init; } = step => 1.0 / step;

    /// <summary>How surely a pair is decided rightly with the weights of so many steps: the logit of its class.</summary>
    public Func<int, float> Margin { get; init; } = steps => steps;

    /// <summary>What the step of a number, from 1, adds to a weight.</summary>
    public Func<int, float> Blow { get; init; } = _ => 0;

    /// <summary>Called at each step, with its number from 1, before it is taken.</summary>
    public Action<int> OnStep { get; init; } = _ => { };

    /// <summary>Called at each scoring.</summary>
    public Action OnScore { get; init; } = () => { };

    /// <summary>The rows of every batch.</summary>
    public List<int[]> Batches { get; } = [];

    /// <summary>Where every step stood in the schedule.</summary>
    public List<StepSchedule> Schedules { get; } = [];

    /// <summary>The weights of every pair of every batch.</summary>
    public List<float[]> PairWeights { get; } = [];

    /// <summary>Steps that the optimizer has taken.</summary>
    public int Steps { get; private set; }

    public AdapterRateRule Rule { get; } = AdapterRates.Ratio(1e-3f, 4);

    public IReadOnlyList<AdapterRate> Rates => [new AdapterRate("matrix", 1e-3 * Schedules[^1].Share, 4e-3 * Schedules[^1].Share)];

    public StepResult Step(in TrainingBatch batch, in StepSchedule schedule)
    {
        OnStep(Steps + 1);
        Batches.Add([.. batch.Pairs.ToArray().Select(TrainingPairs.RowOf)]);
        Schedules.Add(schedule);
        PairWeights.Add(batch.Weights.ToArray());
        double loss = Loss(Steps + 1);
        if (double.IsFinite(loss))
        {
            Update(batch, schedule);
        }

        return new StepResult(loss, 2 * loss);
    }

    public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits)
    {
        OnScore();
        float margin = Margin((int)_weights[0]);
        for (int i = 0; i < pairs.Length; i++)
        {
            logits[2 * i] = 0;
            logits[2 * i + 1] = TrainingPairs.RowOf(pairs[i]) % 2 == 1 ? margin : -margin;
        }
    }

    public TrainedWeights ExportTrained() => new([new NamedTensor(Weight, [2], [.. _weights])]);

    public void ImportTrained(TrainedWeights trained) => _weights = [.. trained.Tensors.Single().Values];

    public OptimizerState ExportOptimizer() => new(Steps, [new NamedTensor("m." + Weight, [1], [_moment])], [new NamedTensor("matrix", [1], [-_moment])], _random.Save());

    public void ImportOptimizer(OptimizerState state)
    {
        Steps = (int)state.Steps;
        _moment = state.Moments.Single().Values[0];
        Assert.AreEqual(-_moment, state.RateStates.Single().Values[0]);
        _random.Restore(state.Dropout);
    }

    public void Dispose()
    {
    }

    private void Update(in TrainingBatch batch, in StepSchedule schedule)
    {
        foreach (EncodedPair pair in batch.Pairs)
        {
            _moment = 0.9f * _moment + TrainingPairs.RowOf(pair) + (TrainingPairs.IsSwapped(pair) ? 0.5f : 0);
        }

        Steps++;
        _weights[0] = Steps;
        _weights[1] = 0.99f * _weights[1] + (float)(4e-3 * schedule.Share) * (_moment + _random.NextSingle()) + Blow(Steps);
    }
}
