using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

[TestClass]
public sealed class ManagedForwardTests
{
    [TestMethod, TestCategory("Engine")]
    public void Forward_AllTargets_HiddenStatesMatchReference()
    {
        EncoderShape shape = TinyModel.Shape with { Layers = 3 };
        EncoderWeights encoder = TinyModel.Encoder(shape);
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        EncodedPair[] pairs = TinyModel.Pairs(shape, 2, 5, 3, 9, 11, 4);
        var layout = new TrainedLayout(encoder, plan);
        Memory<float> trained = AlignedMemory.Allocate(layout.Length);
        layout.Import(TinyModel.Randomized(new([.. layout.Export(trained)]), 3).Tensors, ("", trained));
        var reference = new ReferenceClassifier(encoder, plan, new([.. layout.Export(trained)]));
        var batch = new PackedBatch(shape);
        batch.Load(pairs);
        var workspace = new Workspace(batch, shape, new LayerRange(0, shape.Layers), plan, training: true);
        workspace.Begin(batch.Chunk(0, 1));

        new Network(encoder, plan, layout, trained, threads: 1).Forward(workspace);

        for (int i = 0; i < pairs.Length; i++)
        {
            List<double[][]> expected = reference.HiddenStates(pairs[i]);
            Memory<float>[] actual = [workspace.Input, workspace.Layers[0].Output, workspace.Layers[1].Output];
            int start = workspace.Start(i) * shape.Hidden;
            for (int state = 0; state < actual.Length; state++)
            {
                Closeness.AssertClose(
                    [.. expected[state].SelectMany(row => row)],
                    actual[state].Span.Slice(start, pairs[i].Length * shape.Hidden),
                    Closeness.SingleTolerance,
                    $"pair {i}, state {state}");
            }

            Closeness.AssertClose(
                expected[^1][0],
                workspace.Output.Span.Slice(i * shape.Hidden, shape.Hidden),
                Closeness.SingleTolerance,
                $"pair {i}, first token");
        }
    }

    [TestMethod, TestCategory("Engine")]
    public void Score_AnyHead_LogitsMatchReference()
    {
        EncoderWeights encoder = TinyModel.Encoder();
        EncodedPair[] pairs = TinyModel.RandomPairs(encoder.Shape, 4, 20);
        foreach (ClassificationHead head in Enum.GetValues<ClassificationHead>())
        {
            TrainablePlan plan = TinyModel.Plan(LoraTargets.All, head, classes: 3);
            using TrainingSession session = Sessions.Start(encoder, plan, threads: 2);
            var reference = new ReferenceClassifier(encoder, plan, session.ExportTrained());

            float[] logits = Sessions.Score(session, pairs, plan);

            Closeness.AssertClose([.. pairs.SelectMany(pair => reference.Logits(pair))], logits, Closeness.SingleTolerance, head.ToString());
        }
    }
}
