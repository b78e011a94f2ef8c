using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Splitting;

[TestClass]
public sealed class ShuffleRowsTests
{
    private const int RowCount = 3000;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void ShuffleRows_AnyRows_AreAllThereInAnotherOrder()
    {
        var shuffled = _ml.Data.ShuffleRows(Rows(), seed: 3);

        var ids = shuffled.Ids();
        CollectionAssert.AreEqual(Enumerable.Range(0, RowCount).ToArray(), ids.Order().ToArray());
        CollectionAssert.AreNotEqual(Enumerable.Range(0, RowCount).ToArray(), ids);
        Assert.AreEqual(RowCount, shuffled.GetRowCount());
        Assert.IsTrue(shuffled.CanShuffle);
    }

    [TestMethod]
    public void ShuffleRows_EachCursor_HasTheSameOrder()
    {
        var shuffled = _ml.Data.ShuffleRows(Rows());

        CollectionAssert.AreEqual(
            shuffled.Ids(), shuffled.GetColumn<float>(nameof(NumberedRow.Value)).Select(value => (int)value).ToArray());
    }

    [TestMethod]
    public void ShuffleRows_Columns_StayTogether()
    {
        var shuffled = _ml.Data.ShuffleRows(Rows(), seed: 3);

        foreach (var row in _ml.Data.CreateEnumerable<NumberedRow>(shuffled, reuseRowObject: true))
        {
            Assert.AreEqual($"group {row.Id / 7}", row.Group);
            CollectionAssert.AreEqual(new float[] { row.Id, -row.Id }, row.Vector);
        }
    }

    [TestMethod]
    public void ShuffleRows_EqualSeeds_HaveEqualOrders()
    {
        var first = _ml.Data.ShuffleRows(Rows(), seed: 3).Ids();
        var second = new MLContext(seed: 9).Data.ShuffleRows(Rows(), seed: 3).Ids();
        var other = _ml.Data.ShuffleRows(Rows(), seed: 4).Ids();

        CollectionAssert.AreEqual(first, second);
        CollectionAssert.AreNotEqual(first, other);
    }

    [TestMethod]
    public void ShuffleRows_NoSeed_HasAnotherOrderEachTime() =>
        CollectionAssert.AreNotEqual(_ml.Data.ShuffleRows(Rows()).Ids(), _ml.Data.ShuffleRows(Rows()).Ids());

    [TestMethod]
    public void ShuffleRows_PoolAlone_MovesNoRowForwardBeyondThePool()
    {
        const int poolSize = 10;

        var ids = _ml.Data.ShuffleRows(Rows(), seed: 3, shufflePoolSize: poolSize, shuffleSource: false).Ids();

        CollectionAssert.AreEqual(Enumerable.Range(0, RowCount).ToArray(), ids.Order().ToArray());
        for (var position = 0; position < ids.Length; position++)
            Assert.IsLessThan(position + (2 * poolSize), ids[position]);
    }

    [TestMethod]
    public void ShuffleRows_PoolOfOneAlone_KeepsTheOrder()
    {
        var shuffled = _ml.Data.ShuffleRows(Rows(), seed: 3, shufflePoolSize: 1, shuffleSource: false);

        CollectionAssert.AreEqual(Enumerable.Range(0, RowCount).ToArray(), shuffled.Ids());
    }

    [TestMethod]
    public void ShuffleRows_Random_OverridesTheSeed()
    {
        var shuffled = _ml.Data.ShuffleRows(Rows(), seed: 3);

        CollectionAssert.AreEqual(Read(shuffled, new Random(1)), Read(shuffled, new Random(1)));
        CollectionAssert.AreNotEqual(Read(shuffled, new Random(1)), shuffled.Ids());
    }

    [TestMethod]
    public void ShuffleRows_NoPool_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.ShuffleRows(Rows(), shufflePoolSize: 0));

        Assert.Contains("Must be positive", error.Message);
    }

    [TestMethod]
    public void ShuffleRows_NoRows_HasNone() =>
        Assert.IsEmpty(_ml.Data.ShuffleRows(_ml.Data.LoadFromEnumerable(NumberedRow.Create(0))).Ids());

    private static int[] Read(IDataView data, Random random)
    {
        var column = data.Schema[nameof(NumberedRow.Id)];
        using var cursor = data.GetRowCursor([column], random);
        var getter = cursor.GetGetter<int>(column);
        var ids = new List<int>();
        var id = 0;
        while (cursor.MoveNext())
        {
            getter(ref id);
            ids.Add(id);
        }
        return [.. ids];
    }

    private IDataView Rows() => _ml.Data.LoadFromEnumerable(NumberedRow.Create(RowCount));
}
