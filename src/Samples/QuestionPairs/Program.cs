using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Lora;
using QuestionPairs;
using SampleConsole;

// Numbers are read and shown in the same way on every machine.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
return SettingsCommand.Create(Run).Parse(args).Invoke();

static int Run(Settings settings)
{
    BuildLine.Print("QuestionPairs", settings.Threads);
    long began = Stopwatch.GetTimestamp();
    var ml = new MLContext(settings.Seed);
    IDataView train = ml.Data.LoadFromTextFile<QuestionPair>(settings.Train.FullName, hasHeader: true);
    IDataView test = ml.Data.LoadFromTextFile<QuestionPair>(settings.Test.FullName, hasHeader: true);
    try
    {
        // What would fail after a long training fails now.
        Preconditions.RequireBothLabels(ml, train, settings.Train);
        Preconditions.RequireBothLabels(ml, test, settings.Test);
        Preconditions.RequireWritable(settings.Json);
        LoraSentencePairTransformer model = TrainingBar.Show("Training", progress => new LoraSentencePairTrainer(ml, new LoraSentencePairOptions
        {
            Encoder = EncoderChoice.Of(settings.Encoder),
            MaxTokens = settings.MaxTokens,
            Adaptation = settings.Adaptation,
            AdaptedLayers = settings.Layers,
            BottleneckSize = settings.Bottleneck,
            Rank = settings.Rank,
            Alpha = settings.Alpha,
            Rates = settings.Rates,
            Epochs = settings.Epochs,
            BatchSize = settings.Batch,
            Device = settings.Device,
            GpuPrecision = settings.GpuPrecision,
            Threads = settings.Threads,
            Seed = settings.Seed,
            Progress = progress,
        }).Fit(train));
        Measured measured = Measured.On(ml, model, model.Summary, test);
        Measured? int8 = settings.Int8 ? Measured.On(ml, model.WithDevice(ComputeDevice.Cpu).WithScoringPrecision(ScoringPrecision.Int8), model.Summary, test) : null;
        string what = $"{model.EncoderId}, {Describe(settings)}";
        MeasuredTable.Print([(what, measured), .. int8 is null ? [] : new[] { ($"{what}, int8", int8) }]);
        var figures = Figures.Of(settings, measured, int8, Stopwatch.GetElapsedTime(began));
        if (settings.Json is { } json)
        {
            figures.Write(json.FullName);
            Console.WriteLine($"Figures written to {json.FullName}");
        }

        return 0;
    }
    catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException or InvalidDataException
        or NotSupportedException or InvalidOperationException or InsufficientMemoryException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}

static string Describe(Settings settings) =>
    settings.Adaptation == AdaptationMethod.LowRank ? $"rank {settings.Rank}" : settings.Adaptation.ToString();
