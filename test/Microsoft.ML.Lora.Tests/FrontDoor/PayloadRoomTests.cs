using Microsoft.ML.Lora.Pipeline;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class PayloadRoomTests
{
    private const long Most = 18_874_368;

    [TestMethod]
    [DataRow(AdaptationMethod.LowRank, "a lower Rank, or fewer Targets or AdaptedLayers")]
    [DataRow(AdaptationMethod.AdapterH, "a smaller BottleneckSize, or fewer AdaptedLayers")]
    [DataRow(AdaptationMethod.AdapterL, "a smaller BottleneckSize, or fewer AdaptedLayers")]
    [DataRow(AdaptationMethod.LastLayers, "fewer AdaptedLayers, or another Adaptation")]
    [DataRow(AdaptationMethod.FullFineTuning, "another Adaptation, such as LastLayers")]
    public void RequireRoom_TooMuch_NamesWhatHelpsTheMethod(AdaptationMethod method, string cure)
    {
        PayloadText.RequireRoom(Most, 0, method);

        NotSupportedException exception = Assert.ThrowsExactly<NotSupportedException>(() => PayloadText.RequireRoom(Most + 1, 0, method));

        Assert.AreEqual($"18,874,369 numbers would be trained, but a model zip can carry 18,874,368. Choose {cure}.", exception.Message);
    }

    [TestMethod]
    public void RequireRoom_BankToo_NamesItsSize()
    {
        NotSupportedException exception = Assert.ThrowsExactly<NotSupportedException>(() => PayloadText.RequireRoom(Most, 1000, AdaptationMethod.LowRank));

        Assert.AreEqual(
            "18,874,368 numbers would be trained and 1,000 kept of training pairs, but a model zip can carry 18,874,368. "
            + "Choose a lower Rank, or fewer Targets or AdaptedLayers, or a MatchingScore of a smaller BankSize.",
            exception.Message);
    }
}
