using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.DataView;

[TestClass]
public sealed class CursorTests
{
    private readonly MLContext _ml = new(seed: 1);

    private IDataView Source => _ml.Data.LoadFromEnumerable(
        new[] { new Row { Text = "a", Number = 1 }, new Row { Text = "b", Number = 2 } });

    /// <summary>The same rows behind a transform that maps row by row.</summary>
    private IDataView Mapped => _ml.Transforms.CopyColumns("Copy", "Number").Fit(Source).Transform(Source);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void MoveNext_OverAllRows_CountsPositionsFromMinusOne(bool mapped)
    {
        var data = mapped ? Mapped : Source;
        using var cursor = data.GetRowCursor([]);

        var positions = new List<long> { cursor.Position };
        while (cursor.MoveNext())
            positions.Add(cursor.Position);
        positions.Add(cursor.Position);

        CollectionAssert.AreEqual(new long[] { -1, 0, 1, -1 }, positions);
        Assert.IsFalse(cursor.MoveNext());
        Assert.AreEqual(0, cursor.Batch);
    }

    [TestMethod]
    [DataRow(false, typeof(ArgumentOutOfRangeException))]
    [DataRow(true, typeof(InvalidOperationException))]
    public void GetGetter_ColumnNotAskedFor_Throws(bool mapped, Type fault)
    {
        var data = mapped ? Mapped : Source;
        using var cursor = data.GetRowCursor([data.Schema["Text"]]);

        Assert.IsTrue(cursor.IsColumnActive(data.Schema["Text"]));
        Assert.IsFalse(cursor.IsColumnActive(data.Schema["Number"]));
        Assert.AreEqual(fault, Assert.Throws<Exception>(() => cursor.GetGetter<float>(data.Schema["Number"])).GetType());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void GetGetter_AnotherType_Throws(bool mapped)
    {
        var data = mapped ? Mapped : Source;
        using var cursor = data.GetRowCursor(data.Schema);

        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<int>(data.Schema["Number"]));
    }

    [TestMethod]
    public void Getter_BeforeFirstRow_Throws()
    {
        var data = Source;
        using var cursor = data.GetRowCursor(data.Schema);
        var getter = cursor.GetGetter<float>(data.Schema["Number"]);
        var value = 0f;

        Assert.Throws<Exception>(() => getter(ref value));
    }

    [TestMethod]
    public void IdGetter_OverEnumerable_GivesThePosition()
    {
        var data = Mapped;
        using var cursor = data.GetRowCursor([]);
        var getter = cursor.GetIdGetter();
        var ids = new List<string>();

        while (cursor.MoveNext())
        {
            var id = default(DataViewRowId);
            getter(ref id);
            ids.Add(id.ToString());
        }

        CollectionAssert.AreEqual(new[] { new DataViewRowId(0, 0).ToString(), new DataViewRowId(1, 0).ToString() }, ids);
    }

    [TestMethod]
    public void GetRowCursorSet_OverEnumerable_HasOneCursor()
    {
        var data = Source;

        var cursors = data.GetRowCursorSet(data.Schema, 4);

        Assert.HasCount(1, cursors);
        Assert.IsTrue(cursors[0].MoveNext());
        cursors[0].Dispose();
    }

    [TestMethod]
    public void Dispose_Twice_StopsTheCursor()
    {
        var cursor = Source.GetRowCursor([]);
        Assert.IsTrue(cursor.MoveNext());

        cursor.Dispose();
        cursor.Dispose();

        Assert.IsFalse(cursor.MoveNext());
        Assert.AreEqual(-1, cursor.Position);
    }

    [TestMethod]
    public void Schema_OfCursor_IsTheDataViewsOwn()
    {
        var data = Mapped;
        using var cursor = data.GetRowCursor([]);

        Assert.AreSame(data.Schema, cursor.Schema);
    }

    [TestMethod]
    public void Columns_HiddenAndVisible_AreReadByIndex()
    {
        var data = _ml.Transforms.CustomMapping<Row, Row>((from, to) => to.Number = from.Number * 10, null).Fit(Source).Transform(Source);

        CollectionAssert.AreEqual(new[] { true, false, true, false }, data.Schema.Select(column => column.IsHidden).ToArray());
        CollectionAssert.AreEqual(new[] { 1f, 2f }, data.Values<float>(data.Schema[2]));
        CollectionAssert.AreEqual(new[] { 10f, 20f }, data.Values<float>("Number"));
    }

    private sealed class Row
    {
        public string? Text { get; set; }

        public float Number { get; set; }
    }
}
