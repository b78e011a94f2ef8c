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
    public void Choose_Groups_StayWholeAndReachTheShare()
    {
        // 20 groups of 1 to 7 rows, mixed.
        int[] groups = [.. Enumerable.Range(0, 80).Select(row => row * 7 % 80 % 20)];

        for (ulong seed = 0; seed < 50; seed++)
        {
            bool[] aside = ValidationSplit.Choose(groups, 0.25f, seed);

            int largest = groups.GroupBy(group => group).Max(group => group.Count());
            int rows = aside.Count(row => row);
            Assert.IsTrue(rows >= 20 && rows < 20 + largest, $"{rows} rows with seed {seed}.");
            Assert.IsTrue(groups.Zip(aside).GroupBy(row => row.First).All(group => group.Select(row => row.Second).Distinct().Count() == 1));
        }
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
