using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>What a step leaves behind that came to nothing, and what activations far beyond the usual give.</summary>
[TestClass, TestCategory("Engine")]
public sealed class RefusedStepTests
{
    [TestMethod]
    public void Step_NotFinite_LeavesDropoutWhereItWas()
    {
        EncoderWeights encoder = TinyModel.Encoder();
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, dropout: 0.2f);
        using TrainingSession session = Sessions.Start(encoder, plan);
        TrainedWeights whole = session.ExportTrained();
        whole.Tensors[0].Values[0] = float.NaN;
        session.ImportTrained(whole);
        OptimizerState before = session.ExportOptimizer();

        Assert.IsFalse(Sessions.Step(session, encoder.Shape, 1).IsFinite);

        Assert.AreEqual(before.Dropout, session.ExportOptimizer().Dropout);
        Assert.AreEqual(before.Steps, session.ExportOptimizer().Steps);
    }

    [TestMethod]
    public void Step_PairTooLong_LeavesDropoutWhereItWas()
    {
        EncoderWeights encoder = TinyModel.Encoder();
        using TrainingSession session = Sessions.Start(encoder, TinyModel.Plan(LoraTargets.All, dropout: 0.2f));
        OptimizerState before = session.ExportOptimizer();

        Assert.ThrowsExactly<ArgumentException>(() => Sessions.Step(session, encoder.Shape with { PositionRows = 60 }, 1));

        Assert.AreEqual(before.Dropout, session.ExportOptimizer().Dropout);
    }

    /// <summary>Squares of deviations overflow from 1.8e19 on: better no number than a wrong one.</summary>
    [TestMethod]
    [DataRow(1e17f)]
    [DataRow(1e19f)]
    [DataRow(1e20f)]
    [DataRow(1e30f)]
    public void Score_ImmenseEmbeddings_IsRightOrNotFinite(float factor)
    {
        EncoderWeights encoder = TinyModel.Encoder();
        foreach (ref float value in encoder.Embeddings.Words.Values.AsSpan())
        {
            value *= factor;
        }

        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        using TrainingSession session = Sessions.Start(encoder, plan);
        EncodedPair[] pairs = TinyModel.Pairs(encoder.Shape, 4, 5);
        double[] expected = new ReferenceClassifier(encoder, plan, session.ExportTrained()).Logits(pairs[0]);

        float[] logits = Sessions.Score(session, pairs, plan);

        if (factor < 1e18f || logits.All(float.IsFinite))
        {
            Closeness.AssertClose(expected, logits, Closeness.SingleTolerance, "logits");
        }
        else
        {
            Assert.IsFalse(logits.Any(float.IsFinite));
        }
    }
}
