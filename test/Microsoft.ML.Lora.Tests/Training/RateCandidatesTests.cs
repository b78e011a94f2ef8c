using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class RateCandidatesTests
{
    private static readonly RateSearchPlan Few = new(RateSearchPlan.Few, 20);
    private static readonly RateSearchPlan Many = new(RateSearchPlan.Many, 20);

    [TestMethod]
    [DataRow(AdaptationMethod.FullFineTuning, LoraTargets.None, 1e-4f, 1.6e-3f)]
    [DataRow(AdaptationMethod.LastLayers, LoraTargets.None, 1e-4f, 1.6e-3f)]
    [DataRow(AdaptationMethod.AdapterH, LoraTargets.None, 1.25e-4f, 3.2e-2f)]
    [DataRow(AdaptationMethod.AdapterL, LoraTargets.None, 1.25e-4f, 3.2e-2f)]
    [DataRow(AdaptationMethod.LowRank, LoraTargets.None, 1.25e-4f, 3.2e-2f)]
    public void For_NothingOfLowRank_TriesDifferentRatesAlone(AdaptationMethod method, LoraTargets targets, float lowest, float highest)
    {
        (float RateOfA, float Ratio)[] tried = Of(method, targets).Of(Many);

        Assert.IsTrue(tried.All(one => one.Ratio == 1));
        Assert.AreEqual(9, tried.Select(one => one.RateOfA).Distinct().Count());
        Assert.AreEqual(lowest, tried.Min(one => one.RateOfA));
        Assert.AreEqual(highest, tried.Max(one => one.RateOfA));
    }

    [TestMethod]
    public void For_Updates_TriesRatiosToo() =>
        Assert.Contains(one => one.Ratio > 1, Of(AdaptationMethod.LowRank, LoraTargets.QueryAndValue).Of(Few));

    [TestMethod]
    public void Of_SmallSearch_IsTheBeginningOfTheLarge()
    {
        RateCandidates candidates = Of(AdaptationMethod.LowRank, LoraTargets.QueryAndValue);

        CollectionAssert.AreEqual(candidates.Of(Many).Take(3).ToArray(), candidates.Of(Few));
        Assert.AreEqual(candidates.First, candidates.Of(Few)[0]);
    }

    [TestMethod]
    public void Constructor_OtherNumbersThanThePlan_Throws()
    {
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(
            () => new RateCandidates([(1e-3f, 1), (2e-3f, 1)], [(3e-3f, 1), (1e-3f, 1)]));

        Assert.AreEqual("A search for rates has 3 candidates or 9 different ones, but 2 and 4 are listed, 3 of them different.", error.Message);
    }

    private static RateCandidates Of(AdaptationMethod method, LoraTargets targets) =>
        RateCandidates.For(new AdapterPlan { Method = method, Targets = targets, Rank = 8, Scaling = 1, Dropout = 0 });
}
