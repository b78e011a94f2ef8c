using Microsoft.ML.Data;
using Microsoft.ML.Upstream.Tests.Splitting;

namespace Microsoft.ML.Upstream.Tests.Inspection;

[TestClass]
public sealed class GetColumnTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void GetColumn_RawType_GivesTheValues()
    {
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, Rows().GetColumn<int>(nameof(NumberedRow.Id)).ToArray());
        CollectionAssert.AreEqual(new[] { true, false, true }, Rows().GetColumn<bool>(nameof(NumberedRow.IsEven)).ToArray());
        Assert.AreEqual("group 0", Rows().GetColumn<ReadOnlyMemory<char>>(nameof(NumberedRow.Group)).First().ToString());
    }

    [TestMethod]
    public void GetColumn_Text_ComesAsString() =>
        CollectionAssert.AreEqual(new[] { "group 0", "group 0", "group 0" }, Rows().GetColumn<string>(nameof(NumberedRow.Group)).ToArray());

    [TestMethod]
    public void GetColumn_Vector_ComesAsBufferOrArray()
    {
        CollectionAssert.AreEqual(new float[] { 2, -2 }, Rows().GetColumn<float[]>(nameof(NumberedRow.Vector)).Last());
        CollectionAssert.AreEqual(
            new float[] { 2, -2 }, Rows().GetColumn<VBuffer<float>>(nameof(NumberedRow.Vector)).Last().DenseValues().ToArray());
    }

    [TestMethod]
    public void GetColumn_VectorArrays_AreTheCallersToKeep()
    {
        var arrays = Rows().GetColumn<float[]>(nameof(NumberedRow.Vector)).ToArray();

        CollectionAssert.AreEqual(new float[] { 1, -1 }, arrays[1]);
    }

    [TestMethod]
    public void GetColumn_TextVector_ComesAsStrings()
    {
        var rows = _ml.Data.LoadFromEnumerable([new Words()]);

        CollectionAssert.AreEqual(new[] { "a", "b" }, rows.GetColumn<string[]>(nameof(Words.Items)).Single());
    }

    [TestMethod]
    public void GetColumn_ColumnOfTheSchema_GivesItsValues()
    {
        var rows = Rows();

        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, rows.GetColumn<int>(rows.Schema[0]).ToArray());
    }

    [TestMethod]
    public void GetColumn_EnumeratedTwice_ReadsTwice()
    {
        var column = Rows().GetColumn<int>(nameof(NumberedRow.Id));

        CollectionAssert.AreEqual(column.ToArray(), column.ToArray());
    }

    [TestMethod]
    public void GetColumn_OtherType_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Rows().GetColumn<long>(nameof(NumberedRow.Id)));

        Assert.Contains("Cannot map column (name: Id, type: Int32) in data to the user-defined type, System.Int64.", error.Message);
    }

    [TestMethod]
    public void GetColumn_ArrayOfScalar_Throws() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Rows().GetColumn<int[]>(nameof(NumberedRow.Id)));

    [TestMethod]
    public void GetColumn_MissingColumn_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Rows().GetColumn<int>("Nope"));

        Assert.Contains("Column 'Nope' not found", error.Message);
    }

    [TestMethod]
    public void GetColumn_ColumnOfAnotherSchema_Throws()
    {
        var words = _ml.Data.LoadFromEnumerable([new Words()]);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Rows().GetColumn<int>(words.Schema[0]));

        Assert.Contains("column with name Items, type Vector<String, 2>, and index 0 cannot be found in data", error.Message);
    }

    private IDataView Rows() => _ml.Data.LoadFromEnumerable(NumberedRow.Create(3));

    internal sealed class Words
    {
        [VectorType(2)]
        public string[] Items { get; set; } = ["a", "b"];
    }
}
