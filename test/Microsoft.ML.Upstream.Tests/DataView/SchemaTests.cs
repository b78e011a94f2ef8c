using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.DataView;

[TestClass]
public sealed class SchemaTests
{
    [TestMethod]
    public void Builder_TwoColumnsOfOneName_HidesTheEarlier()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Score", NumberDataViewType.Single);
        builder.AddColumn("Other", TextDataViewType.Instance);
        builder.AddColumn("Score", BooleanDataViewType.Instance);

        var schema = builder.ToSchema();

        Assert.HasCount(3, schema);
        Assert.IsTrue(schema[0].IsHidden);
        Assert.IsFalse(schema[1].IsHidden);
        Assert.IsFalse(schema[2].IsHidden);
        Assert.AreEqual(2, schema["Score"].Index);
        Assert.AreSame(BooleanDataViewType.Instance, schema["Score"].Type);
    }

    [TestMethod]
    public void Builder_ColumnsOfAnotherSchema_KeepTheirIndices()
    {
        var first = new DataViewSchema.Builder();
        first.AddColumn("A", NumberDataViewType.Single);
        first.AddColumn("B", TextDataViewType.Instance);
        var second = new DataViewSchema.Builder();

        second.AddColumns(first.ToSchema());
        second.AddColumn("A", NumberDataViewType.Double);
        var schema = second.ToSchema();

        CollectionAssert.AreEqual(new[] { "A", "B", "A" }, schema.Select(column => column.Name).ToArray());
        Assert.IsTrue(schema[0].IsHidden);
    }

    [TestMethod]
    public void Indexer_UnknownName_Throws()
    {
        var schema = new DataViewSchema.Builder().ToSchema();

        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => schema["Missing"]);

        StringAssert.Contains(fault.Message, "Column 'Missing' not found");
    }

    [TestMethod]
    public void Indexer_IndexBeyondEnd_Throws()
    {
        var schema = new DataViewSchema.Builder().ToSchema();

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => schema[0]);
    }

    [TestMethod]
    public void GetColumnOrNull_UnknownName_IsNull()
    {
        var schema = new DataViewSchema.Builder().ToSchema();

        Assert.IsNull(schema.GetColumnOrNull("Missing"));
    }

    [TestMethod]
    public void Annotations_PrimitiveValue_IsReadByName()
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.AddPrimitiveValue("ScoreColumnKind", TextDataViewType.Instance, "BinaryClassification".AsMemory());
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Score", NumberDataViewType.Single, builder.ToAnnotations());

        var kind = default(ReadOnlyMemory<char>);
        schema.ToSchema()["Score"].Annotations.GetValue("ScoreColumnKind", ref kind);

        Assert.AreEqual("BinaryClassification", kind.ToString());
    }

    [TestMethod]
    public void Annotations_UnknownName_Throws()
    {
        var annotations = new DataViewSchema.Annotations.Builder().ToAnnotations();
        var value = 0f;

        Assert.ThrowsExactly<InvalidOperationException>(() => annotations.GetValue("Missing", ref value));
    }

    [TestMethod]
    public void Annotations_WrongValueType_Throws()
    {
        var builder = new DataViewSchema.Annotations.Builder();

        Assert.ThrowsExactly<ArgumentException>(() => builder.AddPrimitiveValue("Kind", TextDataViewType.Instance, 1f));
    }

    [TestMethod]
    public void Column_WithAnnotations_IsDescribedWithThem()
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("IsNormalized", BooleanDataViewType.Instance, true);
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Plain", TextDataViewType.Instance);
        builder.AddColumn("Rich", NumberDataViewType.Single, annotations.ToAnnotations());

        var schema = builder.ToSchema();

        Assert.AreEqual("Plain: String", schema[0].ToString());
        Assert.AreEqual("Rich: Single {IsNormalized}", schema[1].ToString());
    }
}
