using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>Activations and gradients too small for a normal fp32 number keep the digits that they have left.</summary>
[TestClass, TestCategory("Engine")]
public sealed class DenormalTests
{
    private static readonly EncoderShape Shape = TinyModel.Shape with { PositionRows = 34 };
    private static readonly SizedBatch Batch = new(Shape, 4, 1, 33, 16, 17, 5);

    public static IEnumerable<object[]> EachTarget =>
        TinyModel.Plan(LoraTargets.All).Adapter.EachTarget().Select(target => new object[] { target });

    [TestMethod]
    [DataRow(1e-36f)]
    [DataRow(1e-38f)]
    [DataRow(1e-40f)]
    [DataRow(1e-42f)]
    public void Score_DenormalEmbeddings_LogitsMatchReference(float scale)
    {
        // Without biases nothing but the embeddings makes a logit, and LayerNorm's ε keeps them from becoming normal at once.
        EncoderWeights encoder = WithoutBiases(TinyModel.Encoder(Shape));
        Scale(encoder.Embeddings.Words.Values, scale);
        Scale(encoder.Embeddings.Positions.Values, scale);
        Scale(encoder.Embeddings.Segments!.Values, scale);
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        using TrainingSession session = Sessions.Start(encoder, plan);
        TrainedWeights trained = session.ExportTrained();
        Array.Clear(trained.Tensors.Single(tensor => tensor.Name == TrainedNames.ClassifierBias).Values);
        session.ImportTrained(trained);
        var reference = new ReferenceClassifier(encoder, plan, trained);

        float[] logits = Sessions.Score(session, Batch.Pairs, plan);

        // The mean of a token's embeddings is rounded to a multiple of the smallest denormal number, which is then a part of them.
        double tolerance = Closeness.SingleTolerance + (4 * float.Epsilon / scale);
        Closeness.AssertClose([.. Batch.Pairs.SelectMany(pair => reference.Logits(pair))], logits, tolerance, $"embeddings times {scale}");
    }

    [TestMethod, DynamicData(nameof(EachTarget))]
    public void StepAndScore_DenormalMatrix_MatchReference(LoraTargets target)
    {
        foreach (float scale in (float[])[1e-38f, 1e-40f])
        {
            EncoderWeights encoder = TinyModel.Encoder(Shape);
            foreach (LayerWeights layer in encoder.Layers)
            {
                Scale(layer[target].Weight.Values, scale);
                Scale(layer[target].Bias, scale);
            }

            AssertMatches(encoder, TinyModel.Plan(LoraTargets.All & ~target), $"{target} times {scale}");
        }
    }

    [TestMethod]
    [DataRow(1e-20f)]
    [DataRow(1e-38f)]
    [DataRow(1e-42f)]
    public void Step_PairOfNextToNoWeight_DenormalGradientsAddNothing(float weight)
    {
        using TrainingSession session = Sessions.Start(TinyModel.Encoder(Shape), TinyModel.Plan(LoraTargets.All));
        session.Step(new() { Pairs = Batch.Pairs.AsSpan(1, 1), Labels = [1], Weights = [1f] }, default);
        string[] names = [.. session.ExportTrained().Tensors.Select(tensor => tensor.Name)];
        Dictionary<string, double[]> alone =
            names.ToDictionary(name => name, name => Array.ConvertAll(session.GradientOf(name).ToArray(), value => (double)value));

        session.Step(new() { Pairs = Batch.Pairs.AsSpan(1, 2), Labels = [1, 0], Weights = [1f, weight] }, default);

        foreach (string name in names)
        {
            Closeness.AssertClose(alone[name], session.GradientOf(name), Closeness.SingleTolerance, name);
        }
    }

    [TestMethod]
    public void Score_AttentionSharesBelowTheNormalNumbers_LogitsMatchReference()
    {
        // Scores some hundreds apart: e^(s − max) is denormal or 0 for most tokens. Ours is 0 wherever it would be denormal.
        const float Factor = 100;
        EncoderWeights encoder = TinyModel.Encoder(Shape);
        foreach (LayerWeights layer in encoder.Layers)
        {
            Scale(layer.Query.Weight.Values, Factor);
            Scale(layer.Query.Bias, Factor);
        }

        TrainablePlan plan = TinyModel.Plan(LoraTargets.FeedForwardIn);
        using TrainingSession session = Sessions.Start(encoder, plan);
        var reference = new ReferenceClassifier(encoder, plan, session.ExportTrained());

        float[] logits = Sessions.Score(session, Batch.Pairs, plan);

        // The error of a score grows with the score, and is a relative error of the share that it becomes.
        double[] expected = [.. Batch.Pairs.SelectMany(pair => reference.Logits(pair))];
        Closeness.AssertClose(expected, logits, Factor * Closeness.SingleTolerance, "logits");
    }

    private static void AssertMatches(EncoderWeights encoder, TrainablePlan plan, string what)
    {
        using TrainingSession session = Sessions.Start(encoder, plan);
        var reference = new ReferenceClassifier(encoder, plan, session.ExportTrained());

        float[] logits = Sessions.Score(session, Batch.Pairs, plan);

        Closeness.AssertClose([.. Batch.Pairs.SelectMany(pair => reference.Logits(pair))], logits, Closeness.SingleTolerance, what);
        ReferenceGradients.AssertStepMatches(session, reference, Batch.All, Closeness.SingleTolerance, what);
    }

    private static EncoderWeights WithoutBiases(EncoderWeights encoder)
    {
        Array.Clear(encoder.Embeddings.Norm.Bias);
        Array.Clear(encoder.Pooler!.Bias);
        foreach (LayerWeights layer in encoder.Layers)
        {
            Array.Clear(layer.AttentionNorm.Bias);
            Array.Clear(layer.OutputNorm.Bias);
            foreach (LoraTargets target in TinyModel.Plan(LoraTargets.All).Adapter.EachTarget())
            {
                Array.Clear(layer[target].Bias);
            }
        }

        return encoder;
    }

    private static void Scale(float[] values, float factor)
    {
        foreach (ref float value in values.AsSpan())
        {
            value *= factor;
        }
    }
}
