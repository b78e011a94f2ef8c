using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>What a search for rates learns from and judges by.</summary>
[TestClass]
public sealed class RateSearchSplitTests
{
    private const string ByRows = "The search for rates divides the training pairs row by row, since ";
    private const string Why = ". So pairs to judge by resemble pairs to learn from, which makes rates that learn by heart look good.";

    [TestMethod]
    public void Of_SmallGroups_KeepsThemWhole()
    {
        RateSearchSplit split = Split(TrainingPairs.Create(500), row => row / 5);

        Assert.IsEmpty(split.Warnings);
        Assert.AreEqual(100, split.Held.Count);
        Assert.AreEqual(400, split.Train.Count);
        Assert.IsEmpty(Groups(split.Held).Intersect(Groups(split.Train)));

        static IEnumerable<int> Groups(LabeledPairs pairs) => pairs.Pairs.Select(pair => TrainingPairs.RowOf(pair) / 5).Distinct();
    }

    [TestMethod]
    public void Of_OneGroupButForAPair_DividesByRowsAndSaysWhy()
    {
        RateSearchSplit split = Split(TrainingPairs.Create(5000), row => row == 0 ? 0 : 1);

        CollectionAssert.AreEqual(
            new[] { $"{ByRows}keeping pairs alike together would leave 1 of 5000 to judge by, 0 of them positive, where about 1000 are wanted with both classes on both sides{Why}" },
            split.Warnings.ToArray());
        Assert.AreEqual((1000, 500), (split.Held.Count, split.Held.Labels.Sum()));
    }

    [TestMethod]
    public void Of_OneGroup_DividesByRowsAndSaysWhy()
    {
        RateSearchSplit split = Split(TrainingPairs.Create(500), _ => 0);

        CollectionAssert.AreEqual(new[] { $"{ByRows}all 500 are pairs alike{Why}" }, split.Warnings.ToArray());
        Assert.AreEqual((100, 50), (split.Held.Count, split.Held.Labels.Sum()));
    }

    [TestMethod]
    public void Of_GroupsOfOneClass_DividesByRowsAndSaysWhy()
    {
        RateSearchSplit split = Split(TrainingPairs.Create(500), row => row % 2 == 1 ? 0 : 1 + row / 2);

        StringAssert.StartsWith(split.Warnings.Single(), ByRows, StringComparison.Ordinal);
        StringAssert.Contains(split.Warnings.Single(), ", 0 of them positive,");
        Assert.AreEqual(50, split.Held.Labels.Sum());
    }

    [TestMethod]
    public void Of_RowsByThemselves_HoldsTheShareOfEachClass()
    {
        LabeledPairs all = TrainingPairs.Create(1000);
        var pairs = new LabeledPairs(all.Pairs, null, [.. Enumerable.Range(0, 1000).Select(row => row < 2 ? 1 : 0)]);

        RateSearchSplit split = Split(pairs, row => row);

        Assert.IsEmpty(split.Warnings);
        Assert.AreEqual((201, 1), (split.Held.Count, split.Held.Labels.Sum()));
    }

    [TestMethod]
    public void Of_LargeGroups_JudgesByNoMoreThanNeeded()
    {
        RateSearchSplit split = Split(TrainingPairs.Create(5000), row => row < 2200 ? 0 : 1);

        Assert.IsEmpty(split.Warnings);
        Assert.AreEqual((2800, 1024, 512), (split.Train.Count, split.Held.Count, split.Held.Labels.Sum()));
    }

    [TestMethod]
    public void Of_FewPairs_Warns()
    {
        RateSearchSplit split = Split(TrainingPairs.Create(20), row => row);

        CollectionAssert.AreEqual(
            new[] { "The search for rates judges them by 4 pairs, which hardly tell them apart: from 50 on, a fifth of 250 training pairs, it is worth its time." },
            split.Warnings.ToArray());
    }

    [TestMethod]
    public void Of_ClassOfOnePair_SaysWhatIsNeeded()
    {
        LabeledPairs all = TrainingPairs.Create(100);
        var pairs = new LabeledPairs(all.Pairs, null, [.. Enumerable.Range(0, 100).Select(row => row == 5 ? 1 : 0)]);

        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => Split(pairs, row => row));

        Assert.AreEqual(
            "A search for rates needs two training pairs of each class, one to learn from and one to judge by, but there is one whose label is true. "
            + "Give more training rows, or choose rates by hand.",
            error.Message);
    }

    private static RateSearchSplit Split(LabeledPairs pairs, Func<int, int> group) =>
        RateSearchSplit.Of(pairs, [.. Enumerable.Range(0, pairs.Count).Select(group)], "pairs alike", seed: 1);
}
