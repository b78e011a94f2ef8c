using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>The Mini encoder against what PEFT computed with it; the figures are made by build/references/make_peft_goldens.py.</summary>
[TestClass]
public sealed class PeftGoldenTests
{
    // Both work in fp32 and add up in another order: some 1e-6 relative after one pass, and a few times that after six steps.
    private const double OnePass = 2e-5;
    private const double SixSteps = 1e-4;

    // AdamW divides a gradient by its own size, so where that is next to nothing rounding decides: a share of one step, not of the weight.
    private const float ShareOfAStep = 0.03f;

    private static readonly string Folder = Path.Combine(
        BuildFacts.RepositoryDirectory, "test", "Microsoft.ML.Lora.Tests", "Data", "peft");

    private readonly LoadedEncoder _mini = PretrainedEncoder.Mini.Handle.Load();
    private readonly JsonNode _expected = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "expected.json")))!;
    private readonly EncodedPair[] _pairs;
    private readonly int[] _labels;

    public PeftGoldenTests()
    {
        JsonArray pairs = _expected["pairs"]!.AsArray();
        _pairs = [.. pairs.Select(pair => Pair(pair!["ids"].Deserialize<int[]>()!, (int)pair["secondStart"]!))];
        _labels = [.. pairs.Select(pair => (int)pair!["label"]!)];
    }

    [TestMethod]
    public void Score_StartingAdapter_GivesPeftsLogits()
    {
        Adapter start = Read("start");

        using IPairScorer scorer = new ManagedEngine(1).CreateScorer(_mini.Weights, start.Plan, start.Trained);
        float[] logits = new float[2 * _pairs.Length];
        scorer.Score(_pairs, logits);

        AssertClose(Floats("logits"), logits, OnePass, "logits");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void Step_SixSteps_FollowPeft(int threads)
    {
        Adapter start = Read("start");
        using ITrainingSession session = new ManagedEngine(threads).StartTraining(_mini.Weights, start.Plan, Optimizer(), seed: 1);
        session.ImportTrained(start.Trained);
        Assert.AreEqual((long)_expected["trainedParameters"]!, TrainedShapes.Count(_mini.Weights.Shape, start.Plan));
        float rate = (float)_expected["rate"]!;
        float[] weights = [.. Enumerable.Repeat(1f, _pairs.Length)];
        double[] losses = _expected["losses"].Deserialize<double[]>()!;
        double[] norms = _expected["gradientNorms"].Deserialize<double[]>()!;
        for (int step = 0; step < losses.Length; step++)
        {
            StepResult result = session.Step(new TrainingBatch { Pairs = _pairs, Labels = _labels, Weights = weights }, new StepSchedule(1, IsWarmup: false));

            Assert.AreEqual(losses[step], result.Loss, SixSteps * losses[step], $"loss of step {step + 1}");
            Assert.AreEqual(norms[step], result.GradientNorm, SixSteps * norms[step], $"gradient norm of step {step + 1}");
        }

        float[] logits = new float[2 * _pairs.Length];
        session.Score(_pairs, logits);
        AssertClose(Floats("logitsAfter"), logits, SixSteps, "logits after training");
        foreach ((NamedTensor expected, NamedTensor actual) in Read("trained").Trained.Tensors.Zip(session.ExportTrained().Tensors))
        {
            Assert.AreEqual(expected.Name, actual.Name);
            AssertWithin(expected.Values, actual.Values, ShareOfAStep * rate, expected.Name);
        }
    }

    [TestMethod]
    public void Read_PeftsConfiguration_IsUnderstood()
    {
        Adapter start = Read("start");

        Assert.AreEqual(LoraTargets.QueryAndValue, start.Plan.Adapter.Targets);
        Assert.AreEqual(2, start.Plan.Adapter.Rank);
        Assert.AreEqual(2f, start.Plan.Adapter.Scaling);
        Assert.AreEqual(ClassificationHead.PretrainedPooler, start.Plan.Head);
        Assert.AreEqual(2, start.Plan.Classes);
    }

    private OptimizerPlan Optimizer() => new()
    {
        Rates = AdapterRates.Equal((float)_expected["rate"]!),
        Beta1 = 0.9f,
        Beta2 = 0.999f,
        Epsilon = 1e-8f,
        WeightDecay = (float)_expected["weightDecay"]!,
        MaxGradientNorm = null,
    };

    private Adapter Read(string name) => AdapterFolder.Read(Path.Combine(Folder, name), _mini.Weights.Shape, _mini.Identity);

    private float[] Floats(string name) => [.. _expected[name]!.AsArray().SelectMany(row => row.Deserialize<float[]>()!)];

    private static EncodedPair Pair(int[] ids, int secondStart) =>
        new(ids, new TokenSpan(1, secondStart - 2), new TokenSpan(secondStart, ids.Length - 1 - secondStart));

    /// <summary>Compares with a tolerance relative to the largest magnitude.</summary>
    private static void AssertClose(float[] expected, float[] actual, double relative, string which) =>
        AssertWithin(expected, actual, relative * expected.Max(MathF.Abs), which);

    private static void AssertWithin(float[] expected, float[] actual, double tolerance, string which)
    {
        Assert.HasCount(expected.Length, actual, which);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance, $"{which}[{i}]");
        }
    }
}
