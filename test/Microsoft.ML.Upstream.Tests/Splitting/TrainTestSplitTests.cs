using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Splitting;

/// <summary>Which rows a seed picks is no promise; everything else about a split is.</summary>
[TestClass]
public sealed class TrainTestSplitTests
{
    private const int RowCount = 2000;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(0.1)]
    [DataRow(0.5)]
    [DataRow(0.8)]
    public void TrainTestSplit_AnyFraction_IsMetToFourDeviations(double fraction)
    {
        var split = _ml.Data.TrainTestSplit(Rows(), fraction);

        var tolerance = 4 * Math.Sqrt(RowCount * fraction * (1 - fraction));
        Assert.AreEqual(RowCount * fraction, split.TestSet.Ids().Length, tolerance);
    }

    [TestMethod]
    public void TrainTestSplit_BothParts_AreAllRowsInOrder()
    {
        var split = _ml.Data.TrainTestSplit(Rows(), 0.3);

        var train = split.TrainSet.Ids();
        var test = split.TestSet.Ids();
        CollectionAssert.AreEqual(Enumerable.Range(0, RowCount).ToArray(), train.Concat(test).Order().ToArray());
        CollectionAssert.AreEqual(train.Order().ToArray(), train);
        CollectionAssert.AreEqual(test.Order().ToArray(), test);
    }

    [TestMethod]
    public void TrainTestSplit_Parts_HaveTheColumnsOfTheRowsAndCannotShuffle()
    {
        var data = Rows();

        var split = _ml.Data.TrainTestSplit(data);

        CollectionAssert.AreEqual(
            data.Schema.Select(column => column.Name).ToArray(), split.TestSet.Schema.Select(column => column.Name).ToArray());
        Assert.IsFalse(split.TrainSet.CanShuffle);
        Assert.IsNull(split.TrainSet.GetRowCount());
    }

    [TestMethod]
    public void TrainTestSplit_EqualSeeds_PickEqualRows()
    {
        var first = new MLContext(seed: 1).Data.TrainTestSplit(Rows(), 0.3, seed: 5).TestSet.Ids();
        var second = new MLContext(seed: 2).Data.TrainTestSplit(Rows(), 0.3, seed: 5).TestSet.Ids();
        var other = new MLContext(seed: 1).Data.TrainTestSplit(Rows(), 0.3, seed: 6).TestSet.Ids();

        CollectionAssert.AreEqual(first, second);
        CollectionAssert.AreNotEqual(first, other);
    }

    [TestMethod]
    public void TrainTestSplit_NoSeed_TakesThatOfTheContext()
    {
        var ofContext = new MLContext(seed: 5).Data.TrainTestSplit(Rows(), 0.3).TestSet.Ids();
        var given = new MLContext(seed: 2).Data.TrainTestSplit(Rows(), 0.3, seed: 5).TestSet.Ids();

        CollectionAssert.AreEqual(given, ofContext);
    }

    [TestMethod]
    public void TrainTestSplit_NoSeedAtAll_PicksTheSameRowsEachTime() => CollectionAssert.AreEqual(
        new MLContext().Data.TrainTestSplit(Rows(), 0.3).TestSet.Ids(), new MLContext().Data.TrainTestSplit(Rows(), 0.3).TestSet.Ids());

    [TestMethod]
    [DataRow(nameof(NumberedRow.Group))]
    [DataRow(nameof(NumberedRow.GroupNumber))]
    public void TrainTestSplit_SamplingKey_KeepsGroupsTogether(string key)
    {
        var split = _ml.Data.TrainTestSplit(Rows(), 0.3, key, seed: 3);

        var train = split.TrainSet.GetColumn<int>(nameof(NumberedRow.GroupNumber)).ToHashSet();
        var test = split.TestSet.GetColumn<int>(nameof(NumberedRow.GroupNumber)).ToHashSet();
        Assert.IsFalse(train.Overlaps(test));
        Assert.AreEqual((RowCount + 6) / 7, train.Count + test.Count);
        Assert.AreEqual(0.3, test.Count / (double)(train.Count + test.Count), 0.15);
    }

    [TestMethod]
    public void TrainTestSplit_SamplingKeyWithOtherSeed_PicksOtherGroups()
    {
        var first = _ml.Data.TrainTestSplit(Rows(), 0.3, nameof(NumberedRow.Group), seed: 3).TestSet.Ids();
        var second = _ml.Data.TrainTestSplit(Rows(), 0.3, nameof(NumberedRow.Group), seed: 4).TestSet.Ids();

        CollectionAssert.AreNotEqual(first, second);
    }

    [TestMethod]
    public void TrainTestSplit_OtherColumnsAsked_PicksTheSameRows()
    {
        var split = _ml.Data.TrainTestSplit(Rows(), 0.3, nameof(NumberedRow.Group));

        var ids = split.TestSet.Ids();
        var values = split.TestSet.GetColumn<float>(nameof(NumberedRow.Value)).Select(value => (int)value).ToArray();

        CollectionAssert.AreEqual(ids, values);
    }

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(1.0)]
    [DataRow(double.NaN)]
    public void TrainTestSplit_FractionOutside_Throws(double fraction)
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.TrainTestSplit(Rows(), fraction));

        Assert.Contains("Must be between 0 and 1 exclusive", error.Message);
    }

    [TestMethod]
    public void TrainTestSplit_MissingSamplingKey_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.TrainTestSplit(Rows(), 0.3, "Nope"));

        Assert.Contains("Could not find SamplingKeyColumn column 'Nope'", error.Message);
    }

    private IDataView Rows() => _ml.Data.LoadFromEnumerable(NumberedRow.Create(RowCount));
}
