using Microsoft.ML.Data;
using Microsoft.ML.Upstream.Tests.DataView;

namespace Microsoft.ML.Upstream.Tests.Transforms;

/// <summary>Copying, keeping and dropping of columns.</summary>
[TestClass]
public sealed class TransformsColumnTests
{
    private readonly MLContext _ml = new(seed: 1);

    private IDataView Source => _ml.Data.LoadFromEnumerable(new[] { new Row { Text = "a", Number = 1, Flag = true } });

    /// <summary>Text and Number, each hidden by a column of the same name right after it; and Flag.</summary>
    private IDataView Hiding => _ml.Transforms.CustomMapping<Row, Hider>((_, to) => to.Text = "new", null).Fit(Source).Transform(Source);

    [TestMethod]
    public void CopyColumns_Fitted_AddsTheColumnWithItsAnnotations()
    {
        var definition = SchemaDefinition.Create(typeof(Row));
        definition["Number"].AddAnnotation("IsNormalized", true, BooleanDataViewType.Instance);
        var data = _ml.Data.LoadFromEnumerable(new[] { new Row { Number = 3 } }, definition);

        var copied = _ml.Transforms.CopyColumns("Copy", "Number").Fit(data).Transform(data);

        Assert.AreEqual("Copy: Single {IsNormalized}", copied.Schema["Copy"].ToString());
        CollectionAssert.AreEqual(new[] { 3f }, copied.Values<float>("Copy"));
        Assert.AreEqual(1, copied.GetRowCount());
    }

    [TestMethod]
    public void CopyColumns_MissingColumn_Throws()
    {
        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.CopyColumns("Copy", "Missing").Fit(Source));

        StringAssert.Contains(fault.Message, "Could not find input column 'Missing'");
    }

    [TestMethod]
    [DataRow("", "Text")]
    [DataRow("Copy", null)]
    public void CopyColumns_NoName_Throws(string output, string? input) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.CopyColumns(output, input!));

    [TestMethod]
    public void DropColumns_HiddenColumns_GoWithTheOneThatHidesThem()
    {
        var dropped = _ml.Transforms.DropColumns("Text").Fit(Hiding).Transform(Hiding);

        CollectionAssert.AreEqual(new[] { "Number", "Number", "Flag" }, dropped.Schema.Select(column => column.Name).ToArray());
    }

    [TestMethod]
    public void DropColumns_MissingColumns_ThrowsNamingThem()
    {
        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.DropColumns("Text", "No", "Nor").Fit(Source));

        StringAssert.Contains(fault.Message, "Could not find input column 'No,Nor'");
    }

    [TestMethod]
    public void DropColumns_NoNames_Throws() =>
        Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Transforms.DropColumns());

    [TestMethod]
    public void SelectColumns_SomeNames_KeepsThemInThatOrder()
    {
        var selected = _ml.Transforms.SelectColumns("Flag", "Text").Fit(Hiding).Transform(Hiding);

        CollectionAssert.AreEqual(new[] { "Flag", "Text" }, selected.Schema.Select(column => column.Name).ToArray());
        CollectionAssert.AreEqual(new[] { "new" }, selected.Texts("Text"));
        CollectionAssert.AreEqual(new[] { true }, selected.Values<bool>("Flag"));
    }

    [TestMethod]
    public void SelectColumns_KeepingHidden_KeepsThemToo()
    {
        var selected = _ml.Transforms.SelectColumns(["Text"], keepHidden: true).Fit(Hiding).Transform(Hiding);

        CollectionAssert.AreEqual(new[] { true, false }, selected.Schema.Select(column => column.IsHidden).ToArray());
    }

    [TestMethod]
    public void SelectColumns_Read_AsksOnlyForWhatIsWanted()
    {
        var calls = 0;
        var mapped = _ml.Transforms.CustomMapping<Row, Hider>((_, _) => calls++, null).Fit(Source).Transform(Source);

        var flags = _ml.Transforms.SelectColumns("Flag", "Text").Fit(mapped).Transform(mapped).Values<bool>("Flag");

        CollectionAssert.AreEqual(new[] { true }, flags);
        Assert.AreEqual(0, calls);
    }

    private sealed class Row
    {
        public string? Text { get; set; }

        public float Number { get; set; }

        public bool Flag { get; set; }
    }

    private sealed class Hider
    {
        public string? Text { get; set; }

        public float Number { get; set; }
    }
}
