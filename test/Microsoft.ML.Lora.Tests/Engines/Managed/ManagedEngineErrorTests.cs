using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>What is refused, and in which words.</summary>
[TestClass]
public sealed class ManagedEngineErrorTests
{
    private static readonly EncoderWeights Encoder = TinyModel.Encoder();
    private static readonly TrainablePlan Plan = TinyModel.Plan(LoraTargets.Query);

    [TestMethod]
    public void Engine_NoThreads_IsRefused() => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ManagedEngine(0));

    [TestMethod]
    public void StartTraining_MissingPooler_NamesTheWaysOut()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => new ManagedEngine(1).StartTraining(TinyModel.Encoder(pooler: false), Plan, Sessions.Optimizer, 1));

        Assert.AreEqual(
            "The plan of what is trained: the head PretrainedPooler needs a pooler, but this bert checkpoint has none; use TrainedPooler or Dense. "
            + "(Parameter 'plan')",
            error.Message);
    }

    [TestMethod]
    public void StartTraining_SeveralFaults_ReportsAll()
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.Query, rank: 0, classes: 1, dropout: 1);
        plan = plan with { Adapter = plan.Adapter with { Scaling = float.NaN } };

        var error = Assert.ThrowsExactly<ArgumentException>(() => new ManagedEngine(1).StartTraining(Encoder, plan, Sessions.Optimizer, 1));

        Assert.AreEqual(
            string.Join(
                Environment.NewLine,
                "The plan of what is trained has 4 faults:",
                "- Classes must be at least 2, but is 1.",
                "- Rank must be from 1 to 1024, but is 0.",
                "- Scaling must be finite, but is NaN.",
                "- Dropout must be at least 0 and below 1, but is 1. (Parameter 'plan')"),
            error.Message);
    }

    [TestMethod]
    public void CreateScorer_MisshapenTensor_NamesBothShapes()
    {
        TrainedWeights trained = Trained(tensor => tensor.Name == TrainedNames.FactorA(1, LoraTargets.Query)
            ? new NamedTensor(tensor.Name, [3, 12], new float[36])
            : tensor);

        AssertRefused(
            trained,
            "Trained tensor 'encoder.layer.1.attention.self.query.lora_A.weight' has shape (3, 12), but plan and encoder need (2, 12); "
            + "it was trained with another rank or on another encoder.");
    }

    [TestMethod]
    public void CreateScorer_MissingTensor_NamesIt() => AssertRefused(
        new([.. Trained(tensor => tensor).Tensors.Where(tensor => tensor.Name != TrainedNames.ClassifierBias)]),
        "Trained tensor 'classifier.bias' is missing; load weights that were trained with the same targets and the same head.");

    [TestMethod]
    public void CreateScorer_UnknownTensor_NamesIt() => AssertRefused(
        new([.. Trained(tensor => tensor).Tensors, new NamedTensor(TrainedNames.PoolerBias, [12], new float[12])]),
        "Trained tensor 'pooler.dense.bias' has no place in this plan; it was trained with other targets or another head.");

    [TestMethod]
    public void CreateScorer_TensorTwice_NamesIt() => AssertRefused(
        new([.. Trained(tensor => tensor).Tensors, new NamedTensor(TrainedNames.ClassifierBias, [2], new float[2])]),
        "Trained tensor 'classifier.bias' is there twice; the file it came from is damaged.");

    [TestMethod]
    public void ImportOptimizer_MissingMoment_ChangesNothing()
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan);
        Sessions.Step(session, Encoder.Shape, 0);
        int[] before = Sessions.Bits(session);
        OptimizerState state = session.ExportOptimizer();
        OptimizerState broken = state with { Steps = 7, Moments = [.. state.Moments.Skip(1).Select(Zeros)] };

        var error = Assert.ThrowsExactly<InvalidDataException>(() => session.ImportOptimizer(broken));

        Assert.AreEqual(
            "Trained tensor 'm.encoder.layer.0.attention.self.query.lora_A.weight' is missing; "
            + "load weights that were trained with the same targets and the same head.",
            error.Message);
        CollectionAssert.AreEqual(before, Sessions.Bits(session));
        Assert.AreEqual(1, session.ExportOptimizer().Steps);
    }

    [TestMethod]
    public void Step_TokenOutsideVocabulary_NamesPairPositionAndId() => AssertStepRefused(
        [Pair(5), new EncodedPair([2, 30, 31, 3], new TokenSpan(1, 1), new TokenSpan(3, 0))],
        [0, 1],
        "Pair 1 has token id 31 at position 2, but this encoder's ids go from 0 to 30; the tokenizer belongs to another encoder.");

    [TestMethod]
    public void Step_NegativeToken_IsRefused() => AssertStepRefused(
        [new EncodedPair([-1], default, default)],
        [0],
        "Pair 0 has token id -1 at position 0, but this encoder's ids go from 0 to 30; the tokenizer belongs to another encoder.");

    [TestMethod]
    public void Step_SequenceLongerThanPositions_NamesBothLengths() => AssertStepRefused(
        [Pair(11), Pair(12)],
        [0, 1],
        "Pair 1 has 12 tokens, but this encoder has positions for 11; truncate the pair when encoding it.");

    [TestMethod]
    public void Step_EmptySequence_IsRefused() => AssertStepRefused(
        [new EncodedPair([], default, default)], [0], "Pair 0 has no tokens; even two empty sentences have special tokens around them.");

    [TestMethod]
    [DataRow(2)]
    [DataRow(-1)]
    public void Step_LabelOutOfRange_NamesPairAndRange(int label) => AssertStepRefused(
        [Pair(5), Pair(6)], [0, label], $"Pair 1 has label {label}, but the classes go from 0 to 1. (Parameter 'batch')");

    [TestMethod]
    public void Step_EmptyBatch_IsRefused() => AssertStepRefused(
        [], [], "A training batch needs at least one pair, but none came. (Parameter 'batch')");

    [TestMethod]
    public void Step_FewerLabels_NamesTheCounts() => AssertStepRefused(
        [Pair(5), Pair(6)], [0], "A batch of 2 pairs needs as many labels and weights, but 1 labels and 2 weights came. (Parameter 'batch')");

    [TestMethod]
    [DataRow(0f, "0")]
    [DataRow(float.NaN, "NaN")]
    public void Step_WeightNotPositive_IsRefused(float weight, string shown) => AssertStepRefused(
        [Pair(5)], [0], $"Pair 0 has weight {shown}, but a weight must be positive and finite. (Parameter 'batch')", weight);

    [TestMethod]
    public void Score_WrongRoom_NamesBothSizes()
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan);

        var error = Assert.ThrowsExactly<ArgumentException>(() => session.Score([Pair(5), Pair(6)], new float[3]));

        Assert.AreEqual("2 pairs in 2 classes have 4 logits, but there is room for 3. (Parameter 'logits')", error.Message);
    }

    private static EncodedPair Pair(int length) => TinyModel.Pairs(Encoder.Shape, 1, length)[0];

    private static NamedTensor Zeros(NamedTensor tensor) => new(tensor.Name, tensor.Shape, new float[tensor.Values.Length]);

    private static TrainedWeights Trained(Func<NamedTensor, NamedTensor> change)
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan);
        return new([.. session.ExportTrained().Tensors.Select(change)]);
    }

    private static void AssertRefused(TrainedWeights trained, string message)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => new ManagedEngine(1).CreateScorer(Encoder, Plan, trained));
        Assert.AreEqual(message, error.Message);
    }

    private static void AssertStepRefused(EncodedPair[] pairs, int[] labels, string message, float weight = 1)
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan);
        int[] before = Sessions.Bits(session);
        float[] weights = [.. pairs.Select(_ => weight)];

        var error = Assert.ThrowsExactly<ArgumentException>(
            () => session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = weights }, Sessions.Schedule));

        Assert.AreEqual(message, error.Message);
        CollectionAssert.AreEqual(before, Sessions.Bits(session));
    }
}
