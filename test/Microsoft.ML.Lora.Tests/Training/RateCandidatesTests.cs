using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class RateCandidatesTests
{
    private static readonly RateSearchPlan Few = new(RateSearchPlan.Few, 20);
    private static readonly RateSearchPlan Many = new(RateSearchPlan.Many, 20);

    [TestMethod]
    [DataRow(AdaptationMethod.FullFineTuning)]
    [DataRow(AdaptationMethod.LastLayers)]
    [DataRow(AdaptationMethod.AdapterH)]
    [DataRow(AdaptationMethod.AdapterL)]
    [DataRow(AdaptationMethod.LowRank)]
    public void For_NothingOfLowRank_TriesRatesAloneAboutTheDefault(AdaptationMethod method)
    {
        AdapterRateRule usual = new LoraSentencePairOptions { Adaptation = method, Targets = LoraTargets.None }.ToOptimizerPlan().Rates;
        double[] shares = [1, 0.5, 2, 0.25, 4, 0.125, 8, 0.0625, 16];

        string[] tried = Described(Of(method, LoraTargets.None).Of(Many));

        CollectionAssert.AreEqual(shares.Select(share => AdapterRates.Equal((float)(share * usual.RateOfHead)).Description).ToArray(), tried);
    }

    [TestMethod]
    public void For_Updates_TriesTheDefaultFirstThenLowerHigherAndLearnedRatios()
    {
        string[] tried = Described(Of(AdaptationMethod.LowRank, LoraTargets.QueryAndValue).Of(Many));

        CollectionAssert.AreEqual(
            new[]
            {
                AdapterRates.Adaptive(), AdapterRates.Adaptive(4e-3f), AdapterRates.Adaptive(1.6e-2f),
                AdapterRates.Adaptive(2e-3f), AdapterRates.Adaptive(3.2e-2f), AdapterRates.Adaptive(1e-3f),
                AdapterRates.Adaptive(learnRatio: true), AdapterRates.Adaptive(4e-3f, learnRatio: true), AdapterRates.Adaptive(1.6e-2f, learnRatio: true),
            }.Select(rule => rule.Description).ToArray(),
            tried);
        Assert.AreEqual(new LoraSentencePairOptions().ToOptimizerPlan().Rates.Description, tried[0]);
    }

    [TestMethod]
    [DataRow(AdaptationMethod.LowRank, 3)]
    [DataRow(AdaptationMethod.FullFineTuning, 4)]
    public void IsAboveDefault_EachCandidate_TellsThoseOfDoubledRates(AdaptationMethod method, int above)
    {
        RateCandidates candidates = Of(method, method == AdaptationMethod.LowRank ? LoraTargets.QueryAndValue : LoraTargets.None);

        Assert.IsFalse(candidates.IsAboveDefault(candidates.Default.Description));
        Assert.AreEqual(above, candidates.Of(Many).Count(rule => candidates.IsAboveDefault(rule.Description)));
    }

    [TestMethod]
    public void Of_SmallSearch_IsTheBeginningOfTheLarge()
    {
        RateCandidates candidates = Of(AdaptationMethod.LowRank, LoraTargets.QueryAndValue);

        CollectionAssert.AreEqual(candidates.Of(Many).Take(3).ToArray(), candidates.Of(Few));
        Assert.AreSame(candidates.Default, candidates.Of(Few)[0]);
    }

    [TestMethod]
    public void Named_RuleOfAnotherVersion_SaysSo()
    {
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => Of(AdaptationMethod.LowRank, LoraTargets.Query).Named("Ratio(0.001, 4)"));

        Assert.AreEqual(
            "A stored trial of the search for rates is of the rule 'Ratio(0.001, 4)', which this version does not try. Begin anew: set TrainingCheckpoints.Resume to false.",
            error.Message);
    }

    [TestMethod]
    public void Constructor_OtherNumbersThanThePlan_Throws()
    {
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(
            () => new RateCandidates([AdapterRates.Equal(1e-3f), AdapterRates.Equal(2e-3f)], [AdapterRates.Equal(3e-3f), AdapterRates.Equal(1e-3f)]));

        Assert.AreEqual("A search for rates has 3 candidates or 9 different ones, but 2 and 4 are listed, 3 of them different.", error.Message);
    }

    private static string[] Described(AdapterRateRule[] rules) => [.. rules.Select(rule => rule.Description)];

    private static RateCandidates Of(AdaptationMethod method, LoraTargets targets) =>
        RateCandidates.For(new AdapterPlan { Method = method, Targets = targets, Rank = 8, Scaling = 1, Dropout = 0 });
}
