namespace Microsoft.ML.Upstream.Tests.Splitting;

/// <summary>TakeRows, SkipRows and FilterRowsByColumn.</summary>
[TestClass]
public sealed class RowSelectionTests
{
    private const int RowCount = 20;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(1L, 1)]
    [DataRow(19L, 19)]
    [DataRow(20L, 20)]
    [DataRow(50L, 20)]
    public void TakeRows_AnyCount_GivesTheFirstRows(long count, int expected)
    {
        var taken = _ml.Data.TakeRows(Rows(), count);

        CollectionAssert.AreEqual(Enumerable.Range(0, expected).ToArray(), taken.Ids());
        Assert.AreEqual(expected, taken.GetRowCount());
        Assert.IsFalse(taken.CanShuffle);
    }

    [TestMethod]
    [DataRow(1L, 1)]
    [DataRow(19L, 19)]
    [DataRow(20L, 20)]
    [DataRow(50L, 20)]
    public void SkipRows_AnyCount_GivesTheOtherRows(long count, int first)
    {
        var others = _ml.Data.SkipRows(Rows(), count);

        CollectionAssert.AreEqual(Enumerable.Range(first, RowCount - first).ToArray(), others.Ids());
        Assert.AreEqual(RowCount - first, others.GetRowCount());
    }

    [TestMethod]
    public void TakeRows_OfSkippedRows_CountsPositionsFromZero()
    {
        var window = _ml.Data.TakeRows(_ml.Data.SkipRows(Rows(), 5), 2);

        using var cursor = window.GetRowCursor(window.Schema);
        var positions = new List<long>();
        while (cursor.MoveNext())
            positions.Add(cursor.Position);
        CollectionAssert.AreEqual(new long[] { 0, 1 }, positions);
    }

    [TestMethod]
    public void TakeRowsAndSkipRows_NoCount_Throw()
    {
        var ofTake = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.TakeRows(Rows(), 0));
        var ofSkip = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.SkipRows(Rows(), 0));

        Assert.Contains("Must be greater than zero.", ofTake.Message);
        Assert.Contains("Must be greater than zero.", ofSkip.Message);
    }

    [TestMethod]
    public void FilterRowsByColumn_Bounds_IncludeTheLowerOnly() =>
        CollectionAssert.AreEqual(new[] { 3, 4, 5, 6 }, _ml.Data.FilterRowsByColumn(Rows(), nameof(NumberedRow.Value), 3, 7).Ids());

    [TestMethod]
    public void FilterRowsByColumn_NoBounds_DropsNaNAndInfinity()
    {
        float[] values = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0];
        var rows =
            _ml.Data.LoadFromEnumerable(values.Select((value, index) => new NumberedRow { Id = index, Value = value, Vector = [0, 0] }));

        CollectionAssert.AreEqual(new[] { 2, 3 }, _ml.Data.FilterRowsByColumn(rows, nameof(NumberedRow.Value)).Ids());
    }

    [TestMethod]
    public void FilterRowsByColumn_TextColumn_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.Data.FilterRowsByColumn(Rows(), nameof(NumberedRow.Group), 3, 7));

        Assert.Contains("Schema mismatch for filter column 'Group': expected number, got String", error.Message);
    }

    [TestMethod]
    public void FilterRowsByColumn_IntegerColumn_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.Data.FilterRowsByColumn(Rows(), nameof(NumberedRow.Id), 3, 7));

        Assert.Contains("Column 'Id' does not have compatible type", error.Message);
    }

    [TestMethod]
    public void FilterRowsByColumn_MissingColumn_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.FilterRowsByColumn(Rows(), "Nope", 3, 7));

        Assert.Contains("Column 'Nope' not found", error.Message);
    }

    [TestMethod]
    public void FilterRowsByColumn_BoundsTheWrongWayRound_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.Data.FilterRowsByColumn(Rows(), nameof(NumberedRow.Value), 7, 3));

        Assert.AreEqual("upperBound", error.ParamName);
    }

    private IDataView Rows() => _ml.Data.LoadFromEnumerable(NumberedRow.Create(RowCount));
}
