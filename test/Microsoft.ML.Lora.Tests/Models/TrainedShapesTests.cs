using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Tests.Storage;

namespace Microsoft.ML.Lora.Tests.Models;

[TestClass]
public sealed class TrainedShapesTests
{
    [TestMethod]
    public void Of_QueryAndFeedForward_ListsLayerByLayerAndTheHeadLast()
    {
        string[] listed = List(LoraTargets.Query | LoraTargets.FeedForwardIn | LoraTargets.FeedForwardOut, ClassificationHead.PretrainedPooler);

        CollectionAssert.AreEqual(
            new[]
            {
                "encoder.layer.0.attention.self.query.lora_A.weight (3, 4)", "encoder.layer.0.attention.self.query.lora_B.weight (4, 3)",
                "encoder.layer.0.intermediate.dense.lora_A.weight (3, 4)", "encoder.layer.0.intermediate.dense.lora_B.weight (8, 3)",
                "encoder.layer.0.output.dense.lora_A.weight (3, 8)", "encoder.layer.0.output.dense.lora_B.weight (4, 3)",
                "encoder.layer.1.attention.self.query.lora_A.weight (3, 4)", "encoder.layer.1.attention.self.query.lora_B.weight (4, 3)",
                "encoder.layer.1.intermediate.dense.lora_A.weight (3, 4)", "encoder.layer.1.intermediate.dense.lora_B.weight (8, 3)",
                "encoder.layer.1.output.dense.lora_A.weight (3, 8)", "encoder.layer.1.output.dense.lora_B.weight (4, 3)",
                "classifier.weight (2, 4)", "classifier.bias (2)",
            },
            listed);
    }

    [TestMethod]
    public void Of_TrainedPooler_ListsItBeforeTheClassifier()
    {
        string[] listed = List(LoraTargets.None, ClassificationHead.TrainedPooler);

        CollectionAssert.AreEqual(
            new[] { "pooler.dense.weight (4, 4)", "pooler.dense.bias (4)", "classifier.weight (2, 4)", "classifier.bias (2)" }, listed);
    }

    /// <summary>The counts that PEFT reports for the project's encoders, and the formulas of the papers' own tables.</summary>
    [TestMethod]
    [DataRow(4, 256, 8192, 256, AdaptationMethod.FullFineTuning, ClassificationHead.TrainedPooler, 1, 5_389_058)]
    [DataRow(6, 384, 16384, 512, AdaptationMethod.FullFineTuning, ClassificationHead.TrainedPooler, 1, 17_284_994)]
    [DataRow(4, 256, 8192, 256, AdaptationMethod.LowRank, ClassificationHead.PretrainedPooler, 1, 514)]
    [DataRow(4, 256, 8192, 256, AdaptationMethod.AdapterH, ClassificationHead.PretrainedPooler, 64, 8 * (2 * 256 * 64 + 64 + 256) + 8 * 2 * 256 + 514)]
    [DataRow(6, 384, 16384, 512, AdaptationMethod.AdapterL, ClassificationHead.PretrainedPooler, 16, 6 * (2 * 384 * 16 + 16 + 384) + 6 * 2 * 384 + 770)]
    public void Of_AnyMethod_CountsAsPublished(
        int layers, int hidden, int vocabulary, int positions, AdaptationMethod method, ClassificationHead head, int bottleneck, int expected)
    {
        EncoderShape shape = TinyCheckpoint.Shape with
        {
            Layers = layers,
            Hidden = hidden,
            FeedForward = 4 * hidden,
            Vocabulary = vocabulary,
            PositionRows = positions,
            Segments = 2,
        };
        var plan = new TrainablePlan
        {
            Adapter = new() { Method = method, BottleneckSize = bottleneck, Targets = LoraTargets.None, Rank = 1, Scaling = 1, Dropout = 0 },
            Head = head,
            Classes = 2,
        };

        Assert.AreEqual(expected, TrainedShapes.Of(shape, plan).Sum(tensor => tensor.Dimensions.Aggregate(1, (product, dimension) => product * dimension)));
    }

    [TestMethod]
    public void Of_AdapterHOnTheTopLayer_ListsItsNormsAndBottlenecks()
    {
        var plan = new TrainablePlan
        {
            Adapter = new() { Method = AdaptationMethod.AdapterH, TopLayers = 1, BottleneckSize = 3, Targets = LoraTargets.None, Rank = 1, Scaling = 1, Dropout = 0 },
            Head = ClassificationHead.Dense,
            Classes = 2,
        };

        CollectionAssert.AreEqual(
            new[]
            {
                "encoder.layer.1.attention.output.LayerNorm.weight (4)", "encoder.layer.1.attention.output.LayerNorm.bias (4)",
                "encoder.layer.1.output.LayerNorm.weight (4)", "encoder.layer.1.output.LayerNorm.bias (4)",
                "encoder.layer.1.attention.output.adapter.down.weight (3, 4)", "encoder.layer.1.attention.output.adapter.down.bias (3)",
                "encoder.layer.1.attention.output.adapter.up.weight (4, 3)", "encoder.layer.1.attention.output.adapter.up.bias (4)",
                "encoder.layer.1.output.adapter.down.weight (3, 4)", "encoder.layer.1.output.adapter.down.bias (3)",
                "encoder.layer.1.output.adapter.up.weight (4, 3)", "encoder.layer.1.output.adapter.up.bias (4)",
                "classifier.weight (2, 4)", "classifier.bias (2)",
            },
            TrainedShapes.Of(TinyCheckpoint.Shape, plan).Select(tensor => $"{tensor.Name} {tensor.Describe()}").ToArray());
    }

    [TestMethod]
    [DataRow(false, 2f)]
    [DataRow(true, 8f)]
    public void ScalingOf_Alpha32Rank16_DividesByRankOrItsRoot(bool rankStabilized, float expected) =>
        Assert.AreEqual(expected, AdapterPlan.ScalingOf(32, 16, rankStabilized));

    private static string[] List(LoraTargets targets, ClassificationHead head)
    {
        var plan = new TrainablePlan
        {
            Adapter = new() { Targets = targets, Rank = 3, Scaling = 1, Dropout = 0 },
            Head = head,
            Classes = 2,
        };
        return [.. TrainedShapes.Of(TinyCheckpoint.Shape, plan).Select(tensor => $"{tensor.Name} {tensor.Describe()}")];
    }
}
