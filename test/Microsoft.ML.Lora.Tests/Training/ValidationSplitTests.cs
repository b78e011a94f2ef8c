using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class ValidationSplitTests
{
    private static readonly int[] EachRowAlone = [.. Enumerable.Range(0, 100)];

    [TestMethod]
    [DataRow(0.1f, 10)]
    [DataRow(0.5f, 50)]
    [DataRow(0.001f, 1, DisplayName = "at least one")]
    public void Choose_RowsAlone_KeepsTheShareAside(float fraction, int expected)
    {
        bool[] aside = ValidationSplit.Choose(EachRowAlone, fraction, seed: 1);

        Assert.AreEqual(expected, aside.Count(row => row));
    }

    [TestMethod]
    public void Choose_SameSeed_IsTheSame_OtherSeedIsNot()
    {
        bool[] first = ValidationSplit.Choose(EachRowAlone, 0.2f, seed: 1);

        CollectionAssert.AreEqual(first, ValidationSplit.Choose(EachRowAlone, 0.2f, seed: 1));
        CollectionAssert.AreNotEqual(first, ValidationSplit.Choose(EachRowAlone, 0.2f, seed: 2));
    }

    [TestMethod]
    public void Choose_Groups_StayWholeAndKeepWithinTheShare()
    {
        // Groups of 1 to 8 rows by turns, mixed; 75 rows, a quarter of which is 19.
        int[] groups = [.. Enumerable.Range(0, 18).SelectMany(group => Enumerable.Repeat(group, 1 + group % 8)).OrderBy(group => group * 7 % 18)];

        for (ulong seed = 0; seed < 50; seed++)
        {
            bool[] aside = ValidationSplit.Choose(groups, 0.25f, seed);

            const int Wanted = 19;
            int[] left = [.. groups.Zip(aside).Where(row => !row.Second).GroupBy(row => row.First).Select(group => group.Count())];
            int rows = aside.Count(row => row);
            Assert.IsTrue(rows <= Wanted && rows + left.Min() > Wanted, $"{rows} rows with seed {seed}.");
            Assert.IsTrue(groups.Zip(aside).GroupBy(row => row.First).All(group => group.Select(row => row.Second).Distinct().Count() == 1));
        }
    }

    [TestMethod]
    public void Choose_HugeGroupAmongSingles_IsPassedOver()
    {
        int[] groups = [.. Enumerable.Repeat(0, 900), .. Enumerable.Range(1, 100)];

        for (ulong seed = 0; seed < 20; seed++)
        {
            bool[] aside = ValidationSplit.Choose(groups, 0.05f, seed);

            Assert.IsFalse(aside[0]);
            Assert.AreEqual(50, aside.Count(row => row));
        }
    }

    [TestMethod]
    public void Choose_EveryGroupExceedsTheShare_TakesTheSmallest()
    {
        int[] groups = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2];

        for (ulong seed = 0; seed < 10; seed++)
        {
            bool[] aside = ValidationSplit.Choose(groups, 0.1f, seed);

            CollectionAssert.AreEqual(groups.Select(group => group == 1).ToArray(), aside);
        }
    }

    [TestMethod]
    public void Choose_ShareThatRoundsToAllRows_LeavesAGroup()
    {
        Assert.AreEqual(1, ValidationSplit.Choose([0, 1], 0.9f, seed: 1).Count(row => row));
    }

    [TestMethod]
    public void Choose_OneLargeAndOneSmallGroup_LeavesBothSidesSomething()
    {
        int[] groups = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

        for (ulong seed = 0; seed < 10; seed++)
        {
            bool[] aside = ValidationSplit.Choose(groups, 0.5f, seed);

            Assert.IsTrue(aside.Any(row => row) && aside.Any(row => !row));
        }
    }

    [TestMethod]
    public void Choose_OneGroup_SaysWhatToDo()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => ValidationSplit.Choose([0, 0, 0], 0.5f, seed: 1));

        Assert.AreEqual(
            "A validation fraction of 0.5 needs at least two groups of rows to split, but there is 1. "
            + "Give more rows, another group column, or a validation set. (Parameter 'groups')",
            exception.Message);
    }
}
