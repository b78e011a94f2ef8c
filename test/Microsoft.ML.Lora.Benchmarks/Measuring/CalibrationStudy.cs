using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>Trains once, and measures every way of scoring in the domain trained on and in the others.</summary>
internal sealed class CalibrationStudy
{
    private const int MostTokens = 128;
    private const float Rate = 2e-3f;

    private readonly LoadedEncoder _encoder;
    private readonly int _epochs;
    private readonly MatchingScore _bank;

    /// <param name="encoder">The encoder.</param>
    /// <param name="epochs">Epochs of training.</param>
    /// <param name="bank">Says how large the bank is, and which neighbour counts.</param>
    public CalibrationStudy(LoadedEncoder encoder, int epochs, MatchingScore bank)
    {
        _encoder = encoder;
        _epochs = epochs;
        _bank = bank;
    }

    /// <summary>Runs one training on one thread and all measurements after it.</summary>
    /// <param name="train">The domain to train on.</param>
    /// <param name="tests">The domains to test on.</param>
    /// <param name="seed">Decides split, order and initial weights.</param>
    /// <param name="mostPairs">The most pairs to train on.</param>
    /// <param name="judgedBy">Where the pairs to test on come from.</param>
    public IReadOnlyList<CalibrationPoint> Run(PairDomain train, IReadOnlyList<PairDomain> tests, int seed, int mostPairs, JudgedBy judgedBy)
    {
        PairParts parts = train.Split((ulong)seed, mostPairs, judgedBy);
        LabeledPairs trainPairs = Encode(parts.Train);
        TrainablePlan plan = LoraModel.Plan(LoraModel.UsualRank);
        var engine = new ManagedEngine(threads: 1);
        TrainedWeights weights = Train(engine, plan, trainPairs, seed);

        using IPairScorer scorer = engine.CreateScorer(_encoder.Weights, plan, weights);
        EncodedPair[] members = [.. BankDraw.Choose(trainPairs.Count, _bank.BankSize, (ulong)seed).Select(number => trainPairs.Pairs[number])];
        var model = new MatchingModel(
            new MatchingConstants { Form = MatchingForm.DensityAware },
            BankDraw.Make(scorer, _encoder.Weights.Shape.Hidden, members, default, _bank.Neighbours));
        double centre = model.Read(scorer, members, default, new float[members.Length]).Average(traits => traits.Location) ?? 0;
        ObservedPairs held = Observe(model, scorer, Encode(parts.Held));
        EmbeddingBank ranked = model.Bank!.RankedAmong(held.Traits.Select(traits => traits.Distance));
        held = held.With(traits => traits.RankedIn(ranked));
        model = model with { Bank = ranked };
        (string Name, ObservedPairs Pairs)[] observed = [.. tests.Select(test => (test.Name, Observe(model, scorer, Encode(test.Split((ulong)seed, mostPairs, judgedBy).Judge))))];
        return
        [
            .. from way in ScoringWay.All
               let judged = way.Judge(held, centre, observed.Select(test => test.Pairs))
               from test in observed.Zip(judged.Figures)
               select new CalibrationPoint(train.Name, test.First.Name, seed, way.Name, judged.Constants, test.Second),
        ];
    }

    private LabeledPairs Encode(LabeledTexts texts) =>
        new([.. _encoder.Tokenizer.EncodeAll(texts.Pairs, MostTokens, threads: 1).Pairs], swapped: null, texts.Labels);

    private TrainedWeights Train(ManagedEngine engine, TrainablePlan plan, LabeledPairs pairs, int seed)
    {
        using ITrainingSession session = engine.StartTraining(_encoder.Weights, plan, LoraModel.Optimizer with { Rates = AdapterRates.Equal(Rate) }, (ulong)seed);
        return TrainingRun.Execute(session, pairs, validation: null, StudyTraining.Plan(_epochs, seed), StudyTraining.Hooks()).Weights;
    }

    private static ObservedPairs Observe(MatchingModel model, IPairScorer scorer, LabeledPairs pairs)
    {
        float[] logits = new float[pairs.Count];
        return new ObservedPairs(logits, [.. model.Read(scorer, pairs.Pairs, default, logits)], pairs.Labels);
    }
}
