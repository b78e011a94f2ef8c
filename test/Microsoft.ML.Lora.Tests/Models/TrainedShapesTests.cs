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
