using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class DecisionCountsTests
{
    private const double Rounding = 1e-12;

    [TestMethod]
    public void Figures_KnownCounts_AreThoseWorkedOutByHand()
    {
        var counts = new DecisionCounts(TruePositives: 6, FalsePositives: 2, TrueNegatives: 9, FalseNegatives: 3);

        Assert.AreEqual(15 / 20.0, counts.Accuracy, Rounding);
        Assert.AreEqual(12 / 17.0, counts.F1, Rounding); // 2·6 / (2·6 + 2 + 3)
        Assert.AreEqual(48 / Math.Sqrt(8 * 9 * 11 * 12), counts.MatthewsCorrelation, Rounding); // (6·9 − 2·3) / √(8·9·11·12)
    }

    [TestMethod]
    [DataRow(0, 0, 5, 5, DisplayName = "never called positive")]
    [DataRow(5, 5, 0, 0, DisplayName = "always called positive")]
    [DataRow(5, 0, 0, 5, DisplayName = "only positives")]
    public void MatthewsCorrelation_NotDefined_IsZero(int truePositives, int falsePositives, int trueNegatives, int falseNegatives)
    {
        var counts = new DecisionCounts(truePositives, falsePositives, trueNegatives, falseNegatives);

        Assert.AreEqual(0, counts.MatthewsCorrelation);
    }

    [TestMethod]
    public void MatthewsCorrelation_MillionsOfRows_DoesNotOverflow()
    {
        const long Many = 2_000_000_000;

        Assert.AreEqual(1, new DecisionCounts(Many, 0, Many, 0).MatthewsCorrelation, Rounding);
        Assert.AreEqual(-1, new DecisionCounts(0, Many, 0, Many).MatthewsCorrelation, Rounding);
    }

    [TestMethod]
    public void F1_NoPositiveFound_IsZero() => Assert.AreEqual(0, new DecisionCounts(0, 0, 5, 0).F1);

    [TestMethod]
    public void Add_EachKindOfDecision_CountsIt()
    {
        DecisionCounts counts = default(DecisionCounts).Add(true, true).Add(true, false).Add(true, false).Add(false, false).Add(false, true);

        Assert.AreEqual(new DecisionCounts(1, 2, 1, 1), counts);
    }
}
