using Microsoft.ML.Upstream.Tests.Splitting;

namespace Microsoft.ML.Upstream.Tests.Inspection;

[TestClass]
public sealed class PreviewTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Preview_SomeRows_HasThemByRowAndByColumn()
    {
        var preview = Rows(10).Preview(maxRows: 3);

        Assert.AreEqual("6 columns, 3 rows", preview.ToString());
        Assert.HasCount(3, preview.RowView);
        Assert.HasCount(6, preview.ColumnView);
        Assert.AreEqual(KeyValuePair.Create<string, object>("Id", 1), preview.RowView[1].Values[0]);
        Assert.AreEqual("group 0", preview.RowView[1].Values[1].Value.ToString());
        CollectionAssert.AreEqual(new object[] { 0, 1, 2 }, preview.ColumnView[0].Values);
    }

    [TestMethod]
    public void Preview_RowsAndColumns_DescribeThemselves()
    {
        var preview = Rows(1).Preview();

        Assert.AreEqual("6 columns", preview.RowView[0].ToString());
        Assert.AreEqual("GroupNumber: Int32", preview.ColumnView[2].ToString());
        Assert.AreEqual("GroupNumber", preview.ColumnView[2].Column.Name);
        Assert.HasCount(6, preview.Schema);
    }

    [TestMethod]
    public void Preview_NoCount_HasAHundredRows() => Assert.HasCount(100, Rows(150).Preview().RowView);

    [TestMethod]
    public void Preview_Transformer_ShowsItsOutput()
    {
        var rows = Rows(2);
        var transformer = _ml.Transforms.CopyColumns("Copy", nameof(NumberedRow.Id)).Fit(rows);

        var preview = transformer.Preview(rows, maxRows: 2);

        Assert.AreEqual("7 columns, 2 rows", preview.ToString());
        CollectionAssert.AreEqual(new object[] { 0, 1 }, preview.ColumnView[6].Values);
    }

    [TestMethod]
    public void Preview_NegativeCount_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Rows(1).Preview(-1));

        Assert.AreEqual("maxRows", error.ParamName);
    }

    private IDataView Rows(int count) => _ml.Data.LoadFromEnumerable(NumberedRow.Create(count));
}
