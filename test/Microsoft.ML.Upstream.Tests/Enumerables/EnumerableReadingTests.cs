using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Enumerables;

[TestClass]
public sealed class EnumerableReadingTests
{
    private readonly MLContext _ml = new(seed: 1);

    private IDataView Source => _ml.Data.LoadFromEnumerable(new[]
    {
        new Row { Text = "a", Number = 1, Flag = true, Numbers = [1, 2], Texts = ["x", null], Key = 0 },
        new Row { Text = null, Number = float.NaN, Numbers = null, Key = 2 },
    });

    [TestMethod]
    public void CreateEnumerable_AllMembers_GivesThemBack()
    {
        var rows = _ml.Data.CreateEnumerable<Row>(Source, reuseRowObject: false).ToArray();

        Assert.HasCount(2, rows);
        Assert.AreEqual("a", rows[0].Text);
        Assert.AreEqual(1f, rows[0].Number);
        Assert.IsTrue(rows[0].Flag);
        CollectionAssert.AreEqual(new[] { 1f, 2f }, rows[0].Numbers);
        CollectionAssert.AreEqual(new[] { "x", "" }, rows[0].Texts);
        Assert.AreEqual("", rows[1].Text);
        Assert.IsTrue(float.IsNaN(rows[1].Number));
        Assert.IsNull(rows[1].Numbers);
    }

    [TestMethod]
    public void CreateEnumerable_KeyMember_GivesTheKeyCountedFromOne()
    {
        var rows = _ml.Data.CreateEnumerable<Row>(Source, reuseRowObject: false).ToArray();

        CollectionAssert.AreEqual(new uint[] { 1, 3 }, rows.Select(row => row.Key).ToArray());
    }

    [TestMethod]
    public void CreateEnumerable_ReusedObject_IsOneForAllRows()
    {
        Assert.AreEqual(1, _ml.Data.CreateEnumerable<Row>(Source, reuseRowObject: true).ToArray().Distinct().Count());
        Assert.AreEqual(2, _ml.Data.CreateEnumerable<Row>(Source, reuseRowObject: false).ToArray().Distinct().Count());
    }

    [TestMethod]
    public void CreateEnumerable_MissingColumn_ThrowsAtOnce()
    {
        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.Data.CreateEnumerable<WithMissing>(Source, reuseRowObject: false));

        StringAssert.Contains(fault.Message, "column 'Missing'");
    }

    [TestMethod]
    public void CreateEnumerable_MissingColumnIgnored_KeepsTheMembersValue()
    {
        var rows = _ml.Data.CreateEnumerable<WithMissing>(Source, reuseRowObject: false, ignoreMissingColumns: true).ToArray();

        CollectionAssert.AreEqual(new[] { 42f, 42f }, rows.Select(row => row.Missing).ToArray());
    }

    [TestMethod]
    public void CreateEnumerable_ColumnOfAnotherType_Throws()
    {
        var fault = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Data.CreateEnumerable<WholeNumber>(Source, reuseRowObject: false));

        StringAssert.Contains(fault.Message, "Can't bind the IDataView column 'Number' of type 'Single'");
    }

    [TestMethod]
    public void CreateEnumerable_FieldsAndColumnNames_AreFilled()
    {
        var rows = _ml.Data.CreateEnumerable<Fields>(Source, reuseRowObject: false).ToArray();

        Assert.AreEqual(1f, rows[0].Renamed);
        Assert.AreEqual("a", rows[0].Text.ToString());
        CollectionAssert.AreEqual(new[] { 1f, 2f }, rows[0].Numbers.DenseValues().ToArray());
    }

    private sealed class Row
    {
        public string? Text { get; set; }

        public float Number { get; set; }

        public bool Flag { get; set; }

        public float[]? Numbers { get; set; }

        public string?[]? Texts { get; set; }

        [KeyType(5)]
        public uint Key { get; set; }
    }

    private sealed class WithMissing
    {
        public float Missing { get; set; } = 42;
    }

    private sealed class WholeNumber
    {
        public int Number { get; set; }
    }

    private sealed class Fields
    {
        [ColumnName("Number")]
        public float Renamed = -1;
        public ReadOnlyMemory<char> Text = "unset".AsMemory();
        public VBuffer<float> Numbers = new(1, [-1]);
    }
}
