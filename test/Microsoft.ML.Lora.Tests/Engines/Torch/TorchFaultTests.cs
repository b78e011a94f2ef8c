using System.Runtime.InteropServices;
using System.Globalization;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Torch;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Tests.Engines.Managed;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>What becomes of a training and of scoring when the device fails: attention is written so that it does, from a number of tokens on.</summary>
[TestClass, TestCategory("Torch")]
public sealed class TorchFaultTests
{
    private const string OutOfMemory = "CUDA out of memory. Tried to allocate 2.00 GiB.";

    /// <summary>Parts of a batch add up in another order than the whole.</summary>
    private const double PartTolerance = 2e-4;

    private static readonly EncoderWeights Encoder = TinyModel.Encoder();

    private static readonly TrainablePlan Plan = TinyModel.Plan(LoraTargets.QueryAndValue);

    [TestMethod]
    public void InTraining_NoKernelForThePrecision_NamesAnother()
    {
        var error = new ScriptFault("The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript (most recent call last):\nRuntimeError: cutlassF: no kernel found to launch!\n");

        string message = DeviceFault.InTraining(error, TorchDevices.Any(GpuPrecision.BFloat16)).Message;

        StringAssert.Contains(message, "no kernel of attention in BFloat16: RuntimeError: cutlassF: no kernel found to launch!");
        StringAssert.Contains(message, "Set GpuPrecision to Single");
    }

    [TestMethod]
    public void Step_OutOfMemoryAboveSomeTokens_HalvesWarnsAndFindsTheSame()
    {
        var warnings = new List<string>();
        using ITrainingSession whole = TorchDevices.Engine().StartTraining(Encoder, Plan, Sessions.Optimizer, seed: 5);
        using ITrainingSession halved = Failing(OutOfMemory, mostTokens: 80, warnings).StartTraining(Encoder, Plan, Sessions.Optimizer, seed: 5);
        for (int step = 0; step < 3; step++)
        {
            StepResult expected = Sessions.Step(whole, Encoder.Shape, step);
            StepResult actual = Sessions.Step(halved, Encoder.Shape, step);

            Assert.AreEqual(expected.Loss, actual.Loss, PartTolerance * expected.Loss, $"loss of step {step}");
            Assert.AreEqual(expected.GradientNorm, actual.GradientNorm, 10 * PartTolerance * expected.GradientNorm, $"norm of step {step}");
        }

        Assert.IsNotEmpty(warnings);
        StringAssert.Contains(warnings[0], "no room to train on 24 pairs at once. From here on a step goes through 12 at a time");
        Assert.IsLessThan(5, warnings.Count, "What fitted is kept.");
    }

    [TestMethod]
    public void Step_NotEvenAPairFits_SaysSoAndChangesNothing()
    {
        using ITrainingSession session = Failing(OutOfMemory, mostTokens: 0, []).StartTraining(Encoder, Plan, Sessions.Optimizer, seed: 5);
        int[] before = Sessions.Bits(session);

        var error = Assert.ThrowsExactly<InsufficientMemoryException>(() => Sessions.Step(session, Encoder.Shape, 0));

        StringAssert.Contains(error.Message, "no room to train on a single pair");
        CollectionAssert.AreEqual(before, Sessions.Bits(session));
        Assert.AreEqual(0, session.ExportOptimizer().Steps);
    }

    [TestMethod]
    public void Step_DeviceFails_SaysWhatHappenedAndChangesNothing()
    {
        using ITrainingSession session = Failing("CUDA error: an illegal memory access was encountered", mostTokens: 0, []).StartTraining(Encoder, Plan, Sessions.Optimizer, seed: 5);
        int[] before = Sessions.Bits(session);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Sessions.Step(session, Encoder.Shape, 0));

        StringAssert.Contains(error.Message, "CUDA error: an illegal memory access was encountered. Its memory may be lost");
        CollectionAssert.AreEqual(before, Sessions.Bits(session));
    }

    [TestMethod]
    public void Score_OutOfMemoryAboveSomeTokens_HalvesAndFindsTheSame()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 4, 60);
        using ITrainingSession session = Failing(OutOfMemory, mostTokens: 80, []).StartTraining(Encoder, Plan, Sessions.Optimizer, seed: 5);
        using IPairScorer whole = TorchDevices.Engine().CreateScorer(Encoder, Plan, session.ExportTrained());
        using IPairScorer halved = Failing(OutOfMemory, mostTokens: 80, []).CreateScorer(Encoder, Plan, session.ExportTrained());
        double[] expected = Array.ConvertAll(Sessions.Score(whole, pairs, Plan), value => (double)value);

        Closeness.AssertClose(expected, Sessions.Score(halved, pairs, Plan), PartTolerance, "scorer");
        Closeness.AssertClose(expected, Sessions.Score(session, pairs, Plan), PartTolerance, "session");
    }

    [TestMethod]
    public void Score_NotEvenAPairFits_SaysSo()
    {
        using ITrainingSession session = Failing(OutOfMemory, mostTokens: 0, []).StartTraining(Encoder, Plan, Sessions.Optimizer, seed: 5);

        var error = Assert.ThrowsExactly<InsufficientMemoryException>(() => Sessions.Score(session, TinyModel.RandomPairs(Encoder.Shape, 4, 6), Plan));

        StringAssert.Contains(error.Message, "no room to score a single pair");
    }

    [TestMethod]
    public void Score_DeviceFails_SaysWhatHappened()
    {
        using ITrainingSession session = TorchDevices.Engine().StartTraining(Encoder, Plan, Sessions.Optimizer, seed: 5);
        using IPairScorer scorer = Failing("CUDA error: an illegal memory access was encountered", 0, []).CreateScorer(Encoder, Plan, session.ExportTrained());

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Sessions.Score(scorer, TinyModel.RandomPairs(Encoder.Shape, 4, 6), Plan));

        StringAssert.Contains(error.Message, "failed while scoring: RuntimeError: AssertionError: CUDA error: an illegal memory access was encountered.");
    }

    [TestMethod]
    [DataRow(GpuPrecision.BFloat16, true, "Training the encoder of 0 million weights needs at least 0.0 GB", "lies there already. Choose a smaller encoder or another device.")]
    [DataRow(GpuPrecision.Single, false, "Scoring with the encoder", "Choose GpuPrecision.BFloat16, in which the weights need half as much, a smaller encoder")]
    public void Exceeded_AnyPrecision_OffersWhatWouldBeSmaller(GpuPrecision precision, bool trains, string start, string end)
    {
        string message = DeviceNeed.Exceeded(Encoder, Plan, TorchDevices.Any(precision), trains, new InvalidOperationException(OutOfMemory)).Message;

        StringAssert.StartsWith(message, start);
        StringAssert.Contains(message, end);
    }

    [TestMethod]
    public void Bytes_FullFineTuning_CountsWeightsGradientsAndMoments()
    {
        TrainablePlan full = TinyModel.Plan(AdaptationMethod.FullFineTuning);
        TorchPlace place = TorchDevices.Any(GpuPrecision.BFloat16);
        long weights = EncoderTensors.ByName(Encoder).Values.Sum(values => (long)values.Length);

        Assert.AreEqual((2 * weights) + (16 * TrainedShapes.Count(Encoder.Shape, full)), DeviceNeed.Bytes(Encoder, full, place, trains: true));
        Assert.IsGreaterThan(DeviceNeed.Bytes(Encoder, full, place, trains: false), DeviceNeed.Bytes(Encoder, full, place, trains: true));
    }

    [TestMethod]
    public void Dispose_AfterStepsScoresAndFaults_KeepsNoTensor()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 4, 60);
        long before = TorchRuntime.LiveTensors;
        foreach (TrainablePlan plan in (TrainablePlan[])[Plan, TinyModel.Plan(LoraTargets.All, dropout: 0.1f), TinyModel.Plan(AdaptationMethod.AdapterL), TinyModel.Plan(AdaptationMethod.FullFineTuning)])
        {
            using ITrainingSession session = Failing(OutOfMemory, mostTokens: 80, []).StartTraining(Encoder, plan, Sessions.Optimizer, seed: 5);
            Sessions.Step(session, Encoder.Shape, 0);
            Sessions.Score(session, pairs, plan);
            using IPairScorer scorer = TorchDevices.Engine().CreateScorer(Encoder, plan, session.ExportTrained());
            Sessions.Score(scorer, pairs, plan);
            scorer.Score(pairs, new float[2 * pairs.Length], new ShownPairs(pairs.Length));
        }

        Assert.AreEqual(before, TorchRuntime.LiveTensors);
    }

    /// <summary>An engine whose attention raises an error where there are more tokens than it is said to have room for.</summary>
    private static TorchEngine Failing(string message, int mostTokens, List<string> warnings)
    {
        TorchPlace place = TorchDevices.Any();
        string attention = $"""
            {TorchDevices.PlainAttention.Replace("def attend(", "def attend_all(", StringComparison.Ordinal)}

            def attend(projected: Tensor, starts: Tensor, longest: int, heads: int) -> List[Tensor]:
                assert projected.size(0) <= {mostTokens.ToString(CultureInfo.InvariantCulture)}, "{message}"
                return attend_all(projected, starts, longest, heads)
            """;
        var script = new EncoderScript(attention);
        return new TorchEngine(place, 1, warnings.Add, _ => script);
    }

    private sealed class ScriptFault(string message) : ExternalException(message);
}
