using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>The managed engine against torch's autograd and AdamW.</summary>
[TestClass]
public sealed class ManagedGoldenTests
{
    /// <summary>Adam divides each gradient by its own size, so a gradient near zero passes its relative error on to the weight.</summary>
    private const double AfterStepsTolerance = 2e-4;

    public static IEnumerable<object[]> Cases() =>
    [
        ["query-value-pretrained-pooler"], ["all-trained-pooler-clipped"], ["key-feed-forward-dense"],
        ["full-trained-pooler"], ["last-layer-trained-pooler-clipped"], ["adapter-h-pretrained-pooler"], ["adapter-l-dense"],
    ];

    [TestMethod, DynamicData(nameof(Cases)), TestCategory("Engine")]
    public void Score_Golden_LogitsMatchTorch(string name)
    {
        var golden = new EngineGolden(name);
        using TrainingSession session = Start(golden);

        float[] logits = Sessions.Score(session, golden.Pairs, golden.Plan);

        Closeness.AssertClose(golden.Doubles("logits"), logits, Closeness.SingleTolerance, "logits");
    }

    [TestMethod, DynamicData(nameof(Cases)), TestCategory("Engine")]
    public void Forward_Golden_HiddenStatesMatchTorch(string name)
    {
        var golden = new EngineGolden(name);
        EncoderShape shape = golden.Encoder.Shape;
        var layout = new TrainedLayout(golden.Encoder, golden.Plan);
        Memory<float> trained = AlignedMemory.Allocate(layout.Length);
        layout.Import(golden.Start.Tensors, ("", trained));
        var batch = new PackedBatch(shape);
        batch.Load(golden.Pairs);
        var workspace = new Workspace(batch, shape, new LayerRange(0, shape.Layers), golden.Plan, training: true);
        workspace.Begin(batch.Chunk(0, 1));

        new Network(golden.Encoder, golden.Plan, layout, trained, threads: 2).Forward(workspace);

        for (int i = 0; i < batch.Count; i++)
        {
            for (int state = 0; state < shape.Layers; state++)
            {
                Memory<float> actual = state == 0 ? workspace.Input : workspace.Layers[state - 1].Output;
                Closeness.AssertClose(
                    golden.Doubles($"states/{i}/{state}"),
                    actual.Span.Slice(workspace.Start(i) * shape.Hidden, workspace.Length(i) * shape.Hidden),
                    Closeness.SingleTolerance,
                    $"pair {i}, state {state}");
            }

            Closeness.AssertClose(
                golden.Doubles($"first/{i}"),
                workspace.Output.Span.Slice(i * shape.Hidden, shape.Hidden),
                Closeness.SingleTolerance,
                $"pair {i}");
        }
    }

    [TestMethod, DynamicData(nameof(Cases)), TestCategory("Engine")]
    public void Step_Golden_GradientsMatchTorch(string name)
    {
        var golden = new EngineGolden(name);
        using TrainingSession session = Start(golden);

        StepResult result = Step(session, golden);

        foreach (string tensor in golden.Names("gradient/"))
        {
            if (KeyBias.IsOne(tensor))
            {
                KeyBias.AssertNoGradient(session.GradientOf(tensor), result.GradientNorm, tensor);
                continue;
            }

            Closeness.AssertClose(golden.Doubles("gradient/" + tensor), session.GradientOf(tensor), Closeness.SingleTolerance, tensor);
        }
    }

    [TestMethod, DynamicData(nameof(Cases)), TestCategory("Engine")]
    public void Step_GoldenSeveralTimes_LossesAndWeightsMatchTorch(string name)
    {
        var golden = new EngineGolden(name);
        using TrainingSession session = Start(golden);

        double[] losses = [.. golden.Losses.Select(_ => Step(session, golden).Loss)];

        for (int i = 0; i < losses.Length; i++)
        {
            Assert.AreEqual(golden.Losses[i], losses[i], AfterStepsTolerance * golden.Losses[i], $"step {i}");
        }

        foreach (NamedTensor tensor in session.ExportTrained().Tensors)
        {
            Closeness.AssertClose(golden.Doubles("end/" + tensor.Name), tensor.Values, KeyBias.IsOne(tensor.Name) ? KeyBias.AfterStepsTolerance : AfterStepsTolerance, tensor.Name);
        }
    }

    private static TrainingSession Start(EngineGolden golden)
    {
        var session = (TrainingSession)new ManagedEngine(1).StartTraining(golden.Encoder, golden.Plan, golden.Optimizer, seed: 1);
        session.ImportTrained(golden.Start);
        return session;
    }

    private static StepResult Step(ITrainingSession session, EngineGolden golden) =>
        session.Step(new TrainingBatch { Pairs = golden.Pairs, Labels = golden.Labels, Weights = golden.Weights }, Sessions.Schedule);
}
