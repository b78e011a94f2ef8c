using System.Diagnostics;
using Ablation.Methods;
using Ablation.Pairs;
using Microsoft.ML;
using Microsoft.ML.Lora;
using Microsoft.ML.Runtime;
using SampleConsole;

namespace Ablation.Cells;

/// <summary>Trains one cell in this process and leaves its result.</summary>
internal static class CellTraining
{
    /// <summary>Points of the validation curve in each epoch.</summary>
    private const int ValidationsPerEpoch = 4;

    /// <summary>Trains, measures, writes.</summary>
    /// <param name="request">What to train.</param>
    /// <param name="report">Told of each step: steps taken, steps in all, loss.</param>
    /// <exception cref="InvalidDataException">The pairs are no longer those that the cell was made for.</exception>
    public static void Run(CellRequest request, Action<int, int, double> report)
    {
        CellSettings settings = request.Settings;
        var ml = new MLContext(settings.Seed);
        List<string> warnings = [];
        ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
            {
                warnings.Add(message.RawMessage);
            }
        };
        PairSet pairs = PairSet.Load(ml, request.Source);
        if (pairs.Digest != settings.Data)
        {
            throw new InvalidDataException($"The pairs of {request.Source.Train} or {request.Source.Test} have changed since the ablation began. Start it again.");
        }

        var recorder = new TrainingRecorder(report);
        CellResult Result(string? divergence, CellFigures? figures, TrainingSummary? summary) => new()
        {
            Settings = settings,
            Facts = RunFacts.Collect(TimeProvider.System),
            Command = request.Command,
            Jobs = request.Jobs,
            Divergence = divergence,
            Figures = figures,
            Warnings = warnings,
            Losses = recorder.Losses,
            Validations = recorder.Validations,
            Rates = recorder.Rates,
            Matching = summary?.Matching,
        };

        LoraSentencePairOptions options = Options(settings, request.Encoder, request.Rates) with { Progress = recorder };
        var trainer = new LoraSentencePairTrainer(ml, options);
        IDataView train = ml.Data.LoadFromEnumerable(pairs.Train);
        LoraSentencePairTransformer model;
        try
        {
            model = trainer.Fit(train, ml.Data.LoadFromEnumerable(pairs.Validation));
        }
        catch (InvalidOperationException divergence)
        {
            // That is the one thing Fit says so. A method that diverges is a result.
            Result(divergence.Message, figures: null, summary: null).Write(request.ResultPath);
            return;
        }

        using var process = Process.GetCurrentProcess();
        long peakBytes = process.PeakWorkingSet64;
        Measured measured = Measured.On(ml, model, model.Summary, ml.Data.LoadFromEnumerable(pairs.Test));
        Result(divergence: null, CellFigures.Of(measured, settings.Epochs, peakBytes), model.Summary).Write(request.ResultPath);
    }

    /// <summary>The options of a cell's training.</summary>
    /// <param name="settings">The cell.</param>
    /// <param name="encoder">The encoder as the command line names it.</param>
    /// <param name="rates">The rule as the command line writes it; <see langword="null"/> for the library's default.</param>
    public static LoraSentencePairOptions Options(CellSettings settings, string encoder, string? rates)
    {
        Method method = MethodList.Of(settings.Method);
        var usual = new LoraSentencePairOptions();
        return usual with
        {
            Encoder = EncoderChoice.Of(encoder),
            MaxTokens = settings.MaxTokens,
            Adaptation = method.Adaptation,
            Targets = method.Targets,
            AdaptedLayers = settings.Layers,
            BottleneckSize = settings.Bottleneck,
            Rank = settings.Rank ?? usual.Rank,
            Alpha = settings.Alpha ?? usual.Alpha,
            Rates = rates is null ? usual.Rates : RateText.Parse(rates),
            MatchingScore = method.Score,
            Epochs = settings.Epochs,
            BatchSize = settings.Batch,
            ValidationsPerEpoch = ValidationsPerEpoch,
            Threads = settings.Threads,
            Seed = settings.Seed,
        };
    }
}
