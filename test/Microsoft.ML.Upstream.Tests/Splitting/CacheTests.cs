using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Splitting;

[TestClass]
public sealed class CacheTests
{
    private const int RowCount = 50;

    private readonly MLContext _ml = new(seed: 1);
    private int _rowsRead;

    [TestMethod]
    public void Cache_NoCursor_ReadsNothing()
    {
        var cached = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(CountedRows()));

        Assert.AreEqual(0, _rowsRead);
        Assert.IsNull(cached.GetRowCount());
    }

    [TestMethod]
    public void Cache_SecondCursor_ReadsTheSourceNoMore()
    {
        var cached = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(CountedRows()));

        var first = cached.Ids();
        var second = cached.Ids();

        CollectionAssert.AreEqual(Enumerable.Range(0, RowCount).ToArray(), first);
        CollectionAssert.AreEqual(first, second);
        Assert.AreEqual(RowCount, _rowsRead);
        Assert.AreEqual(RowCount, cached.GetRowCount());
    }

    [TestMethod]
    public void Cache_AllTypes_ComeBackAsTheyWere()
    {
        var cached = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(NumberedRow.Create(RowCount)));

        var rows = _ml.Data.CreateEnumerable<NumberedRow>(cached, reuseRowObject: false).ToArray();

        Assert.HasCount(RowCount, rows);
        foreach (var row in rows)
        {
            Assert.AreEqual($"group {row.GroupNumber}", row.Group);
            Assert.AreEqual(row.Id % 2 == 0, row.IsEven);
            CollectionAssert.AreEqual(new float[] { row.Id, -row.Id }, row.Vector);
        }
    }

    [TestMethod]
    public void Cache_SeveralCursorsAtOnce_MoveOnTheirOwn()
    {
        var cached = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(NumberedRow.Create(RowCount)));
        using var slow = cached.GetColumn<int>(nameof(NumberedRow.Id)).GetEnumerator();
        slow.MoveNext();

        var ids = cached.Ids();
        slow.MoveNext();

        Assert.HasCount(RowCount, ids);
        Assert.AreEqual(1, slow.Current);
    }

    [TestMethod]
    public void Cache_Random_GivesAllRowsInAnotherOrder()
    {
        var cached = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(CountedRows()));
        var column = cached.Schema[nameof(NumberedRow.Id)];

        using var cursor = cached.GetRowCursor([column], new Random(5));
        var getter = cursor.GetGetter<int>(column);
        var ids = new int[RowCount];
        for (var position = 0; cursor.MoveNext(); position++)
            getter(ref ids[position]);

        Assert.IsTrue(cached.CanShuffle);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, RowCount).ToArray(), ids);
        CollectionAssert.AreNotEqual(Enumerable.Range(0, RowCount).ToArray(), ids);
    }

    [TestMethod]
    public void Cache_MissingColumn_Throws()
    {
        var data = _ml.Data.LoadFromEnumerable(NumberedRow.Create(RowCount));

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.Cache(data, "Nope"));

        Assert.Contains("Could not find prefetch column 'Nope'", error.Message);
    }

    private IEnumerable<NumberedRow> CountedRows()
    {
        foreach (var row in NumberedRow.Create(RowCount))
        {
            _rowsRead++;
            yield return row;
        }
    }
}
