using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Training;

/// <summary>Where a run stands, besides what the engine holds: all of it goes into a checkpoint.</summary>
internal sealed record RunState
{
    /// <summary>The state before the first step.</summary>
    public static RunState Start { get; } = new() { Step = 0, Validations = [], Best = null, ValidationsSinceBest = 0 };

    /// <summary>Steps taken, over all epochs.</summary>
    public required int Step { get; init; }

    /// <summary>Every validation so far.</summary>
    public required IReadOnlyList<ValidationPoint> Validations { get; init; }

    /// <summary>The weights of the best validation; <see langword="null"/> before the first, or where no weights are kept.</summary>
    public required BestWeights? Best { get; init; }

    /// <summary>Validations since the best one.</summary>
    public required int ValidationsSinceBest { get; init; }

    /// <summary>The state after one more validation.</summary>
    /// <param name="point">What was measured.</param>
    /// <param name="stopping">Which figure decides; <see langword="null"/> where no weights are kept.</param>
    /// <param name="export">Takes a copy of the weights, asked for only if they are the best.</param>
    public RunState With(ValidationPoint point, EarlyStopping? stopping, Func<TrainedWeights> export)
    {
        RunState next = this with { Validations = [.. Validations, point] };
        if (stopping is null)
        {
            return next;
        }

        double quality = point.Metrics.Quality(stopping.Metric);
        return Best is null || quality > Best.Quality
            ? next with { Best = new BestWeights(export(), quality, point.Step), ValidationsSinceBest = 0 }
            : next with { ValidationsSinceBest = ValidationsSinceBest + 1 };
    }
}
