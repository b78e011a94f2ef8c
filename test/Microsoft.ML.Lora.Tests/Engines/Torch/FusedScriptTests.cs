using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Torch;
using Microsoft.ML.Lora.Engines.Torch.Kernels;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Tests.Engines.Managed;
using TrainingSession = Microsoft.ML.Lora.Engines.Torch.TrainingSession;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>The encoder's script by operators of ours on a GPU, in bfloat16, is as near to single precision as by the device library's alone.</summary>
[TestClass, TestCategory("Torch")]
public sealed class FusedScriptTests
{
    /// <summary>How much further off than the device library's operators ours may be: both round at other places, and GELU is the one by tanh.</summary>
    private const double MoreThanLibrary = 1.5;

    private static readonly EncoderShape Shape = TinyModel.Shape with { Hidden = 128, Heads = 2, FeedForward = 512, Layers = 3, PositionRows = 200 };

    public static IEnumerable<object[]> Batches() =>
    [
        [LoraTargets.QueryAndValue, (int[])[64, 64, 64, 64]],
        [LoraTargets.QueryAndValue, Enumerable.Range(0, 32).Select(i => 3 + (5 * i % 59)).ToArray()],
        [LoraTargets.All, (int[])[100, 3, 65, 128, 12]],
        [LoraTargets.All, (int[])[130, 3, 65]],
        [LoraTargets.Key | LoraTargets.FeedForwardOut, (int[])[7]],
    ];

    [TestMethod, DynamicData(nameof(Batches))]
    public void Step_BrainFloats_GradientsAsNearToSinglePrecisionAsByTheLibrary(LoraTargets targets, int[] lengths)
    {
        TorchDevices.RequireGpu();
        Assert.IsNull(FusedOperators.Prepare(0, Shape.Hidden, Shape.FeedForward) ?? FusedOperators.PrepareAttention(0, Shape.HeadSize));
        TrainablePlan plan = TinyModel.Plan(targets);
        EncoderWeights encoder = TinyModel.Encoder(Shape, spread: 0.1);
        EncodedPair[] pairs = [.. lengths.Select((length, i) => TinyModel.Pairs(Shape, (ulong)i, length)[0])];
        (float[] expected, float[] scores) = Run(GpuPrecision.Single, EncoderScript.Library);
        (float[] byLibrary, float[] scoresByLibrary) = Run(GpuPrecision.BFloat16, EncoderScript.Library);
        foreach (EncoderScript script in (EncoderScript[])[EncoderScript.Fused, EncoderScript.FusedAttention])
        {
            (float[] actual, float[] actualScores) = Run(GpuPrecision.BFloat16, script);

            (double allowed, double off) = (Distance(expected, byLibrary), Distance(expected, actual));
            Assert.IsTrue(off <= (MoreThanLibrary * allowed) + 1e-3, $"gradients are off by {off}, by the library {allowed}");
            (allowed, off) = (Distance(scores, scoresByLibrary), Distance(scores, actualScores));
            Assert.IsTrue(off <= (MoreThanLibrary * allowed) + 5e-3, $"scores are off by {off}, by the library {allowed}");
        }

        (float[] Gradients, float[] Scores) Run(GpuPrecision precision, EncoderScript script)
        {
            var engine = new TorchEngine(TorchDevices.Any(precision), 1, Assert.Fail, _ => script);
            using var session = (TrainingSession)engine.StartTraining(encoder, plan, Sessions.Optimizer, seed: 7);
            TrainedWeights start = TinyModel.Randomized(session.ExportTrained(), 3);
            session.ImportTrained(start);
            _ = session.Step(
                new TrainingBatch { Pairs = pairs, Labels = [.. pairs.Select((_, i) => i % 2)], Weights = [.. pairs.Select(_ => 1f)] }, Sessions.Schedule);
            float[] gradients = [.. start.Tensors.SelectMany(tensor => session.GradientOf(tensor.Name))];
            session.ImportTrained(start);
            return (gradients, Sessions.Score(session, pairs, plan));
        }
    }

    /// <summary>How far two vectors are apart, relative to the first one's length.</summary>
    private static double Distance(float[] expected, float[] actual)
    {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double apart = (double)expected[i] - actual[i];
            difference += apart * apart;
            length += (double)expected[i] * expected[i];
        }

        return Math.Sqrt(difference / length);
    }
}
