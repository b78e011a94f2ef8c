using System.Globalization;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>The part of a model that is neither tensor nor encoder, as facts for its payload.</summary>
internal static class ModelFacts
{
    /// <summary>Models of older versions lack it: they score in single precision.</summary>
    private const string ScoringPrecisionKey = "scoring.precision";

    /// <summary>Models of older versions lack these two: they have low-rank updates.</summary>
    private const string MethodKey = "adaptation";

    private const string BottleneckKey = "bottleneck.size";

    private const string TrialKey = "training.trials";

    /// <summary>Writes a model's definition, without its tensors.</summary>
    public static Facts Write(PairModelDefinition definition, string? trainedFrom)
    {
        var facts = new Facts();
        facts.Set("column.label", definition.Columns.Label);
        facts.Set("column.first", definition.Columns.First);
        facts.Set("column.second", definition.Columns.Second);
        facts.Set("max.tokens", (long)definition.MaxTokens);
        facts.Set("symmetric", definition.Symmetric);
        facts.Set("threshold", (double)definition.Threshold);
        facts.Set(ScoringPrecisionKey, definition.ScoringPrecision.ToString());
        if (trainedFrom is not null)
        {
            facts.Set("encoder.folder", trainedFrom);
        }

        WritePlan(facts, definition.Plan);
        MatchingFacts.Write(facts, definition.Matching);
        WriteSummary(facts, definition.Summary);
        return facts;
    }

    /// <summary>The folder the encoder was trained from; <see langword="null"/> where it came from an assembly.</summary>
    public static string? ReadFolder(Facts facts) => facts.Has("encoder.folder") ? facts.Text("encoder.folder") : null;

    /// <summary>Reads a model's definition.</summary>
    /// <param name="facts">What <see cref="Write"/> wrote.</param>
    /// <param name="tensors">The trained tensors, and those of a matching score.</param>
    /// <param name="hidden">Length of a token's vector in the encoder that the model works on.</param>
    /// <exception cref="InvalidDataException">A fact is missing, of another kind or out of its range.</exception>
    public static PairModelDefinition Read(Facts facts, IReadOnlyList<NamedTensor> tensors, int hidden)
    {
        MatchingModel? matching = MatchingFacts.Read(facts, tensors, hidden);
        return Read(facts, [.. tensors.Where(tensor => !MatchingFacts.Has(tensor))], matching);
    }

    private static PairModelDefinition Read(Facts facts, NamedTensor[] trained, MatchingModel? matching) => new()
    {
        Columns = new PairColumns(facts.Text("column.label"), facts.Text("column.first"), facts.Text("column.second"), Group: null),
        Plan = ReadPlan(facts),
        Trained = new TrainedWeights(trained),
        Matching = matching,
        MaxTokens = facts.Count("max.tokens"),
        Symmetric = facts.Flag("symmetric"),
        Threshold = (float)facts.Number("threshold", value => float.IsFinite((float)value), "that is finite"),
        ScoringPrecision = facts.Has(ScoringPrecisionKey) ? ReadName<ScoringPrecision>(facts, ScoringPrecisionKey) : ScoringPrecision.Single,
        Summary = ReadSummary(facts) with { Matching = matching?.Constants },
    };

    private static void WritePlan(Facts facts, TrainablePlan plan)
    {
        facts.Set("lora.targets", (long)plan.Adapter.Targets);
        if (plan.Adapter.TopLayers is { } layers)
        {
            facts.Set("lora.layers", (long)layers);
        }

        facts.Set(MethodKey, plan.Adapter.Method.ToString());
        facts.Set(BottleneckKey, (long)plan.Adapter.BottleneckSize);
        facts.Set("lora.rank", (long)plan.Adapter.Rank);
        facts.Set("lora.scaling", (double)plan.Adapter.Scaling);
        facts.Set("lora.dropout", (double)plan.Adapter.Dropout);
        facts.Set("head", plan.Head.ToString());
        facts.Set("classes", (long)plan.Classes);
    }

    private static TrainablePlan ReadPlan(Facts facts) => new()
    {
        Adapter = new AdapterPlan
        {
            Method = facts.Has(MethodKey) ? ReadName<AdaptationMethod>(facts, MethodKey) : AdaptationMethod.LowRank,
            BottleneckSize = facts.Has(BottleneckKey) ? facts.Count(BottleneckKey) : 1,
            Targets = (LoraTargets)facts.Whole("lora.targets", (int)LoraTargets.None, (int)LoraTargets.All),
            TopLayers = facts.Has("lora.layers") ? facts.Count("lora.layers") : null,
            Rank = facts.Count("lora.rank"),
            Scaling = (float)facts.Number("lora.scaling"),
            Dropout = (float)facts.Number("lora.dropout"),
        },
        Head = ReadName<ClassificationHead>(facts, "head"),
        Classes = facts.Count("classes"),
    };

    private static void WriteSummary(Facts facts, TrainingSummary summary)
    {
        facts.Set("training.end", summary.End.ToString());
        facts.Set("training.parameters", summary.TrainedParameters);
        facts.Set("training.pairs", (long)summary.TrainingPairs);
        facts.Set("training.validation.pairs", (long)summary.ValidationPairs);
        facts.Set("training.truncated.pairs", (long)summary.TruncatedPairs);
        facts.Set("training.steps", (long)summary.Steps);
        facts.Set("training.kept.step", (long)summary.KeptStep);
        facts.Set("training.tokenization.ticks", summary.TokenizationTime.Ticks);
        facts.Set("training.ticks", summary.TrainingTime.Ticks);
        facts.Set("training.pairs.per.second", summary.PairsPerSecond);
        facts.Set("training.seed", (long)summary.Seed);
        facts.Set("training.rates", summary.Rates);
        RateTrialFacts.Write(facts, TrialKey, summary.RateTrials);
        facts.Set("training.validations", (long)summary.Validations.Count);
        for (int i = 0; i < summary.Validations.Count; i++)
        {
            ValidationFacts.Write(facts, ValidationKey(i), summary.Validations[i]);
        }
    }

    private static TrainingSummary ReadSummary(Facts facts) => new()
    {
        End = ReadName<TrainingEnd>(facts, "training.end"),
        TrainedParameters = facts.Whole("training.parameters"),
        TrainingPairs = facts.Count("training.pairs"),
        ValidationPairs = facts.Count("training.validation.pairs"),
        TruncatedPairs = facts.Count("training.truncated.pairs"),
        Steps = facts.Count("training.steps"),
        KeptStep = facts.Count("training.kept.step"),
        TokenizationTime = TimeSpan.FromTicks(facts.Whole("training.tokenization.ticks")),
        TrainingTime = TimeSpan.FromTicks(facts.Whole("training.ticks")),
        PairsPerSecond = facts.Number("training.pairs.per.second"),
        Seed = facts.Whole("training.seed", int.MinValue, int.MaxValue),
        Rates = facts.Text("training.rates"),
        RateTrials = RateTrialFacts.Read(facts, TrialKey),
        Validations = [.. Enumerable.Range(0, facts.Entries("training.validations")).Select(i => ValidationFacts.Read(facts, ValidationKey(i)))],
    };

    /// <summary>A fact that is an enum's name.</summary>
    /// <exception cref="InvalidDataException">There is no such value.</exception>
    internal static T ReadName<T>(Facts facts, string key)
        where T : struct, Enum => Enum.TryParse(facts.Text(key), out T value) && Enum.IsDefined(value)
            ? value
            : throw new InvalidDataException($"The model's '{key}' is '{facts.Text(key)}', but only {string.Join(", ", Enum.GetNames<T>())} are known here.");

    private static string ValidationKey(int index) => string.Create(CultureInfo.InvariantCulture, $"training.validation.{index}");
}
