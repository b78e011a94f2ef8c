using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Splitting;

[TestClass]
public sealed class CrossValidationSplitTests
{
    private const int RowCount = 1000;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(2)]
    [DataRow(5)]
    public void CrossValidationSplit_TestParts_AreAllRowsOnce(int folds)
    {
        var splits = _ml.Data.CrossValidationSplit(Rows(), folds);

        Assert.HasCount(folds, splits);
        CollectionAssert.AreEqual(
            Enumerable.Range(0, RowCount).ToArray(), splits.SelectMany(split => split.TestSet.Ids()).Order().ToArray());
        foreach (var split in splits)
        {
            CollectionAssert.AreEqual(Enumerable.Range(0, RowCount).Except(split.TestSet.Ids()).ToArray(), split.TrainSet.Ids());
            Assert.AreEqual(RowCount / folds, split.TestSet.Ids().Length, 4 * Math.Sqrt(RowCount * (folds - 1) / (double)(folds * folds)));
        }
    }

    [TestMethod]
    public void CrossValidationSplit_SamplingKey_KeepsGroupsTogether()
    {
        var splits = _ml.Data.CrossValidationSplit(Rows(), 3, nameof(NumberedRow.Group), seed: 2);

        var groups = splits.SelectMany(split => split.TestSet.GetColumn<string>(nameof(NumberedRow.Group)).Distinct()).ToArray();
        CollectionAssert.AllItemsAreUnique(groups);
        Assert.HasCount((RowCount + 6) / 7, groups);
    }

    [TestMethod]
    public void CrossValidationSplit_EqualSeeds_PickEqualRows()
    {
        var first = _ml.Data.CrossValidationSplit(Rows(), 3, seed: 2)[1].TestSet.Ids();
        var second = _ml.Data.CrossValidationSplit(Rows(), 3, seed: 2)[1].TestSet.Ids();
        var other = _ml.Data.CrossValidationSplit(Rows(), 3, seed: 3)[1].TestSet.Ids();

        CollectionAssert.AreEqual(first, second);
        CollectionAssert.AreNotEqual(first, other);
    }

    [TestMethod]
    public void CrossValidationSplit_OneFold_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.CrossValidationSplit(Rows(), 1));

        Assert.Contains("Must be more than 1", error.Message);
    }

    private IDataView Rows() => _ml.Data.LoadFromEnumerable(NumberedRow.Create(RowCount));
}
