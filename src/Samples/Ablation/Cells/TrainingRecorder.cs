using Microsoft.ML.Lora;

namespace Ablation.Cells;

/// <summary>Keeps of a training what its curves are drawn from, and passes on where it stands.</summary>
/// <param name="report">Told of each step: steps taken, steps in all, loss.</param>
internal sealed class TrainingRecorder(Action<int, int, double> report) : IProgress<TrainingProgress>
{
    /// <summary>Points of a curve: more could not be told apart.</summary>
    private const int Points = 60;

    private readonly Dictionary<string, List<RatePoint>> _rates = [];
    private readonly List<CurvePoint> _losses = [];
    private double _sum;
    private int _summed;

    /// <summary>Mean loss of the batches of each stretch of steps, at its last step.</summary>
    public IReadOnlyList<CurvePoint> Losses => _losses;

    /// <summary>Every validation so far.</summary>
    public List<ValidationPoint> Validations { get; } = [];

    /// <summary>The rates of each matrix.</summary>
    public IReadOnlyList<RateTrajectory> Rates => [.. _rates.Select(entry => new RateTrajectory(entry.Key, entry.Value))];

    public void Report(TrainingProgress value)
    {
        if (value.Trial is not null)
        {
            return;
        }

        if (value.Validation is { } metrics)
        {
            // The step itself was reported before.
            Validations.Add(new ValidationPoint(value.Step, metrics));
            return;
        }

        report(value.Step, value.Steps, value.Loss);
        _sum += value.Loss;
        _summed++;
        bool ends = (long)value.Step * Points / value.Steps > (long)(value.Step - 1) * Points / value.Steps;
        if (ends)
        {
            _losses.Add(new CurvePoint(value.Step, _sum / _summed));
            (_sum, _summed) = (0, 0);
        }

        if (ends || value.Step == 1)
        {
            foreach (AdapterRate rate in value.Rates)
            {
                (_rates.TryGetValue(rate.Matrix, out List<RatePoint>? points) ? points : _rates[rate.Matrix] = [])
                    .Add(new RatePoint(value.Step, rate.RateOfA, rate.RateOfB));
            }
        }
    }
}
