using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>
/// Sequences of one token and of as many as the encoder has positions for, alone and side by side, in encoders whose sizes fill
/// no vector register and in one of the usual kind.
/// </summary>
[TestClass, TestCategory("Engine")]
public sealed class SequenceLengthTests
{
    [TestMethod]
    [DataRow(12, 3, 20, 33)]
    [DataRow(40, 5, 20, 33)]
    [DataRow(64, 4, 256, 128)]
    public void Score_ShortestAndLongestSequences_LogitsMatchReference(int hidden, int heads, int feedForward, int tokens)
    {
        EncoderWeights encoder = Encoder(hidden, heads, feedForward, tokens);
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, classes: 3);
        using TrainingSession session = Sessions.Start(encoder, plan);
        using IPairScorer scorer = new ManagedEngine(1).CreateScorer(encoder, plan, session.ExportTrained());
        var reference = new ReferenceClassifier(encoder, plan, session.ExportTrained());
        foreach (int[] lengths in (int[][])[[1], [tokens], [1, tokens, 1, 1, tokens - 1, 2, tokens]])
        {
            EncodedPair[] pairs = new SizedBatch(encoder.Shape, 4, lengths).Pairs;

            float[] unmerged = Sessions.Score(session, pairs, plan);
            float[] merged = Sessions.Score(scorer, pairs, plan);

            double[] expected = [.. pairs.SelectMany(pair => reference.Logits(pair))];
            string what = $"lengths {string.Join(", ", lengths)}";
            Closeness.AssertClose(expected, unmerged, Closeness.SingleTolerance, what);
            Closeness.AssertClose(expected, merged, Closeness.SingleTolerance, $"{what}, merged");
        }
    }

    [TestMethod]
    [DataRow(12, 3, 20, 33)]
    [DataRow(40, 5, 20, 33)]
    public void Step_ShortestAndLongestSequences_GradientsMatchReference(int hidden, int heads, int feedForward, int tokens)
    {
        EncoderWeights encoder = Encoder(hidden, heads, feedForward, tokens);
        AssertGradientsMatch(encoder, LoraTargets.All, 1);
        AssertGradientsMatch(encoder, LoraTargets.All, tokens);
        AssertGradientsMatch(encoder, LoraTargets.All, 1, tokens, 1);
    }

    /// <summary>Sizes as encoders have them. The reference needs seconds for it, so this is one batch and the usual targets.</summary>
    [TestMethod]
    public void Step_ShortestAndLongestSequencesOfUsualSizes_GradientsMatchReference() =>
        AssertGradientsMatch(Encoder(hidden: 64, heads: 4, feedForward: 256, tokens: 128), LoraTargets.QueryAndValue, 1, 128);

    private static void AssertGradientsMatch(EncoderWeights encoder, LoraTargets targets, params int[] lengths)
    {
        TrainablePlan plan = TinyModel.Plan(targets);
        using TrainingSession session = Sessions.Start(encoder, plan);
        var reference = new ReferenceClassifier(encoder, plan, session.ExportTrained());
        ReferenceGradients.AssertStepMatches(
            session, reference, new SizedBatch(encoder.Shape, 4, lengths).All, Closeness.SingleTolerance,
            $"lengths {string.Join(", ", lengths)}");
    }

    private static EncoderWeights Encoder(int hidden, int heads, int feedForward, int tokens) => TinyModel.Encoder(TinyModel.Shape with
    {
        Hidden = hidden,
        Heads = heads,
        FeedForward = feedForward,
        PositionRows = tokens + TinyModel.Shape.FirstPosition,
    });
}
