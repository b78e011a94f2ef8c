using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;
using Microsoft.ML.Lora.Tests.Engines;
using Microsoft.ML.Lora.Tests.Engines.Managed;

namespace Microsoft.ML.Lora.Tests.Scoring;

/// <summary>Scores through the managed engine, with a bank of its own embeddings.</summary>
[TestClass, TestCategory("Engine")]
public sealed class MatchingModelTests
{
    // Halves of numbers of about 1.
    private const float Rounding = 1e-6f;

    private static readonly EncoderWeights Encoder = TinyModel.Encoder(TinyModel.Shape with { PositionRows = 65 });
    private static readonly TrainablePlan Plan = TinyModel.Plan(LoraTargets.All);
    private static readonly EncodedPair[] Pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 90);

    private static readonly MatchingConstants Constants = new()
    {
        Form = MatchingForm.DensityAware,
        Scale = 0.7,
        BracketWeight = 0.8,
        AreaMix = 0.25,
        LocationWeight = 2,
        LocationCentre = 0.3,
        AreaWeight = 0.4,
        PositiveSlope = -0.2,
        Bias = 0.1,
    };

    [TestMethod]
    [DataRow(1, false)]
    [DataRow(3, false)]
    [DataRow(3, true)]
    public void Score_AloneOrInABatchOrWithOtherThreads_SameBits(int threads, bool bothOrders)
    {
        using IPairScorer one = Scorer(1);
        using IPairScorer scorer = Scorer(threads);
        MatchingModel model = Model(one, bothOrders);
        float[] expected = Score(model, one, Pairs, bothOrders);

        float[] together = Score(model, scorer, Pairs, bothOrders);

        float[] alone = [.. Pairs.Select(pair => Score(model, scorer, [pair], bothOrders)[0])];
        float[] reversed = [.. Score(model, scorer, [.. Pairs.Reverse()], bothOrders).Reverse()];
        CollectionAssert.AreEqual(expected, together);
        CollectionAssert.AreEqual(expected, alone);
        CollectionAssert.AreEqual(expected, reversed);
        Assert.IsGreaterThan(80, expected.Distinct().Count());
    }

    [TestMethod]
    public void Score_MorePairsThanAWindow_KeepsTheOrder()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 9, 2100);
        using IPairScorer scorer = Scorer(2);
        MatchingModel model = Model(scorer, bothOrders: true);

        float[] scores = Score(model, scorer, pairs, bothOrders: true);

        foreach (int i in (int[])[0, 1023, 1024, 2047, 2048, 2099])
        {
            Assert.AreEqual(Score(model, scorer, [pairs[i]], bothOrders: true)[0], scores[i], $"Pair {i}.");
        }
    }

    [TestMethod]
    public void Read_Cancelled_Ends()
    {
        using IPairScorer scorer = Scorer(1);
        MatchingModel model = Model(scorer, bothOrders: false);

        Assert.Throws<OperationCanceledException>(() => model.Read(scorer, Pairs, default, new float[Pairs.Length], new CancellationToken(canceled: true)));
    }

    [TestMethod]
    public void Score_UnfittedConstants_AreTheLogits()
    {
        using IPairScorer scorer = Scorer(1);
        MatchingModel model = Model(scorer, bothOrders: false) with { Constants = new MatchingConstants { Form = MatchingForm.DensityAware } };
        float[] expected = new float[Pairs.Length];
        PairScores.Compute(scorer.Score, Pairs, default, expected);

        CollectionAssert.AreEqual(expected, Score(model, scorer, Pairs, bothOrders: false));
    }

    [TestMethod]
    public void Read_EmptySentences_HaveNoMatchOfPositions()
    {
        EncodedPair[] pairs =
        [
            new([1, 2, 3], new TokenSpan(1, 0), new TokenSpan(2, 0)),
            new([1, 2, 9, 3], new TokenSpan(1, 0), new TokenSpan(2, 1)),
            new([1, 9, 2, 3], new TokenSpan(1, 1), new TokenSpan(3, 0)),
            new([1, 9, 2, 9, 3], new TokenSpan(1, 1), new TokenSpan(3, 1)),
        ];
        using IPairScorer scorer = Scorer(1);

        IReadOnlyList<PairTraits> traits = Model(scorer, bothOrders: false).Read(scorer, pairs, default, new float[4]);

        CollectionAssert.AreEqual(new[] { false, false, false, true }, traits.Select(trait => trait.Location.HasValue).ToArray());
        CollectionAssert.AreEqual(new float[] { 1, 0, 0, 1 }, traits.Select(trait => trait.Area).ToArray());
        Assert.IsTrue(traits.All(trait => trait.Density is > 0 and <= 1));
    }

    [TestMethod]
    public void Read_BothOrders_AreTheMeansOfEach()
    {
        EncodedPair[] swapped = Swap(Pairs);
        using IPairScorer scorer = Scorer(1);
        MatchingModel model = Model(scorer, bothOrders: true);
        float[] logits = new float[Pairs.Length];
        float[] firstLogits = new float[Pairs.Length];
        float[] secondLogits = new float[Pairs.Length];

        IReadOnlyList<PairTraits> both = model.Read(scorer, Pairs, swapped, logits);

        IReadOnlyList<PairTraits> first = model.Read(scorer, Pairs, default, firstLogits);
        IReadOnlyList<PairTraits> second = model.Read(scorer, swapped, default, secondLogits);
        for (int i = 0; i < Pairs.Length; i++)
        {
            Assert.AreEqual((firstLogits[i] + secondLogits[i]) / 2, logits[i], Rounding);
            Assert.AreEqual(first[i].Location is null, both[i].Location is null);
            Assert.AreEqual(((first[i].Location + second[i].Location) / 2) ?? 0, both[i].Location ?? 0, Rounding);
        }
    }

    [TestMethod]
    public void Embeddings_BothOrders_AreTheMeansOfEachSentence()
    {
        EncodedPair[] pairs = [new([1, 7, 8, 2, 9, 3], new TokenSpan(1, 2), new TokenSpan(4, 1)), new([1, 5, 2, 3], new TokenSpan(1, 1), new TokenSpan(3, 0))];
        EncodedPair[] swapped = [new([1, 9, 2, 7, 8, 3], new TokenSpan(1, 1), new TokenSpan(3, 2)), new([1, 2, 5, 3], new TokenSpan(1, 0), new TokenSpan(2, 1))];
        using IPairScorer scorer = Scorer(1);

        Matrix both = Embeddings(scorer, pairs, swapped);

        Matrix one = Embeddings(scorer, pairs, []);
        Matrix other = Embeddings(scorer, swapped, []);
        Assert.AreEqual(4, both.Rows);
        for (int row = 0; row < both.Rows; row++)
        {
            // In the other order a pair's rows have changed places.
            float[] expected = [.. one.Row(row).ToArray().Zip(other.Row(row ^ 1).ToArray(), (a, b) => (a + b) / 2)];
            CollectionAssert.AreEqual(expected, both.Row(row).ToArray());
        }

        CollectionAssert.AreEqual(both.Row(0).ToArray(), Embeddings(scorer, swapped, pairs).Row(1).ToArray());
    }

    [TestMethod]
    public void Score_OfABankMember_IsAsDenseAsCanBe()
    {
        using IPairScorer scorer = Scorer(1);
        EmbeddingBank bank = BankDraw.Make(scorer, Encoder.Shape.Hidden, Pairs, default, neighbours: 1);
        var model = new MatchingModel(Constants, bank);

        IReadOnlyList<PairTraits> traits = model.Read(scorer, Pairs, default, new float[Pairs.Length]);

        // Each finds itself in the bank, at a distance of 0.
        Assert.IsTrue(traits.All(trait => trait.Density == 1));
    }

    [TestMethod]
    public void Embeddings_EmptySentence_AreThoseOfTheWholePair()
    {
        EncodedPair[] pairs = [new([1, 2, 3], new TokenSpan(1, 0), new TokenSpan(2, 0)), new([1, 2, 9, 3], new TokenSpan(1, 0), new TokenSpan(2, 1))];
        using IPairScorer scorer = Scorer(1);

        Matrix embeddings = Embeddings(scorer, pairs, []);

        Assert.IsTrue(embeddings.Values.All(float.IsFinite));
        CollectionAssert.AreEqual(embeddings.Row(0).ToArray(), embeddings.Row(1).ToArray());
        CollectionAssert.AreNotEqual(embeddings.Row(2).ToArray(), embeddings.Row(3).ToArray());
    }

    private static Matrix Embeddings(IPairScorer scorer, EncodedPair[] pairs, EncodedPair[] swapped)
    {
        var observer = new TraitObserver(pairs.Length, Encoder.Shape.Hidden, swapped.Length == 0 ? 1 : 2, bank: null);
        PairScores.Compute(observer.Observed(scorer), pairs, swapped, new float[pairs.Length]);
        return observer.Embeddings;
    }

    private static MatchingModel Model(IPairScorer scorer, bool bothOrders)
    {
        EncodedPair[] members = TinyModel.RandomPairs(Encoder.Shape, 77, 30);
        return new MatchingModel(Constants, BankDraw.Make(scorer, Encoder.Shape.Hidden, members, bothOrders ? Swap(members) : [], neighbours: 3));
    }

    private static float[] Score(MatchingModel model, IPairScorer scorer, EncodedPair[] pairs, bool bothOrders)
    {
        float[] scores = new float[pairs.Length];
        model.Score(scorer, pairs, bothOrders ? Swap(pairs) : [], scores);
        return scores;
    }

    /// <summary>Pairs of the same lengths with their tokens backwards: enough of another order for a random model.</summary>
    private static EncodedPair[] Swap(EncodedPair[] pairs) => [.. pairs.Select(pair => new EncodedPair([.. pair.TokenIds.ToArray().Reverse()], pair.First, pair.Second))];

    private static IPairScorer Scorer(int threads)
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan);
        return new ManagedEngine(threads).CreateScorer(Encoder, Plan, session.ExportTrained());
    }
}
