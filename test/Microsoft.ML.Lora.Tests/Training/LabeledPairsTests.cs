using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class LabeledPairsTests
{
    [TestMethod]
    public void Constructor_CountsThatDiffer_SaysThem()
    {
        LabeledPairs data = TrainingPairs.Create(3, symmetric: true);

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new LabeledPairs(data.Pairs, data.Swapped, [0, 1]));

        Assert.AreEqual("3 pairs came with 2 labels and 3 swapped pairs. (Parameter 'labels')", exception.Message);
    }
}
