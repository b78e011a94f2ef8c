using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class ClassWeightsTests
{
    [TestMethod]
    public void For_None_IsOneForBoth() => CollectionAssert.AreEqual(new float[] { 1, 1 }, ClassWeights.For(ClassWeighting.None, [0, 0, 0, 1]));

    [TestMethod]
    public void For_Balanced_GivesBothClassesTheSameTotal()
    {
        // 4 pairs, 3 of class 0: 4 / (2 · 3) and 4 / (2 · 1).
        CollectionAssert.AreEqual(new[] { 2 / 3f, 2 }, ClassWeights.For(ClassWeighting.Balanced, [0, 0, 1, 0]));
    }
}
