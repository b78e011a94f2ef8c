using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Tests.Scoring;

[TestClass]
public sealed class AreaWeightTests
{
    [TestMethod]
    [DataRow(0, 0, 1f)]
    [DataRow(0, 5, 0f)]
    [DataRow(5, 0, 0f)]
    [DataRow(7, 7, 1f)]
    [DataRow(3, 6, 0.5f)]
    [DataRow(6, 3, 0.5f)]
    [DataRow(1, 3, 1f / 3)]
    public void Of_TokenCounts_IsTheSmallerOverTheLarger(int first, int second, float expected) =>
        Assert.AreEqual(expected, AreaWeight.Of(first, second));
}
