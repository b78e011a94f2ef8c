using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Estimators;

/// <summary>Schema shapes, which a third party can make through a custom mapping only.</summary>
[TestClass]
public sealed class EstimatorShapeTests
{
    private readonly MLContext _ml = new(seed: 1);

    private static SchemaShape Nothing => new([]);

    [TestMethod]
    public void CustomMapping_EmptySource_AddsItsColumnsToAnyShape()
    {
        var definition = SchemaDefinition.Create(typeof(Scored));
        definition["Score"].ColumnName = "Logit";

        var shape = _ml.Transforms.CustomMapping<Empty, Scored>((_, _) => { }, null, null, definition).GetOutputSchema(Nothing);

        CollectionAssert.AreEqual(new[] { "Logit", "PredictedLabel" }, shape.Select(column => column.Name).ToArray());
        Assert.AreSame(NumberDataViewType.Single, shape[0].ItemType);
        Assert.AreEqual(SchemaShape.Column.VectorKind.Scalar, shape[0].Kind);
        Assert.AreSame(BooleanDataViewType.Instance, shape[1].ItemType);
        Assert.IsFalse(shape[1].IsKey);
        Assert.IsEmpty(shape[0].Annotations);
    }

    [TestMethod]
    public void CustomMapping_VectorsAndKeys_KeepTheirKind()
    {
        var shape = _ml.Transforms.CustomMapping<Empty, Shaped>((_, _) => { }, null).GetOutputSchema(Nothing);

        CollectionAssert.AreEqual(
            new[]
            {
                "Fixed Vector Single False", "Varying VariableVector Single False", "Key Scalar UInt32 True", "Texts VariableVector String False",
            },
            shape.Select(column => $"{column.Name} {column.Kind} {column.ItemType} {column.IsKey}").ToArray());
    }

    [TestMethod]
    public void CustomMapping_ColumnOfThatNameThere_TakesItsPlace()
    {
        var input = _ml.Transforms.CustomMapping<Empty, Scored>((_, _) => { }, null).GetOutputSchema(Nothing);

        var shape = _ml.Transforms.CustomMapping<Empty, Rescored>((_, _) => { }, null).GetOutputSchema(input);

        CollectionAssert.AreEqual(new[] { "Score", "PredictedLabel" }, shape.Select(column => column.Name).ToArray());
        Assert.AreSame(NumberDataViewType.Double, shape[0].ItemType);
    }

    [TestMethod]
    public void CustomMapping_SourceColumnMissing_Throws()
    {
        var estimator = _ml.Transforms.CustomMapping<Scored, Rescored>((_, _) => { }, null);

        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.GetOutputSchema(Nothing));

        StringAssert.Contains(fault.Message, "Could not find input column 'Score'");
    }

    [TestMethod]
    public void CustomMapping_SourceColumnOfAnotherType_Throws()
    {
        var input = _ml.Transforms.CustomMapping<Empty, Rescored>((_, _) => { }, null).GetOutputSchema(Nothing);
        var estimator = _ml.Transforms.CustomMapping<ScoreOnly, Scored>((_, _) => { }, null);

        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.GetOutputSchema(input));

        StringAssert.Contains(fault.Message, "Schema mismatch for input column 'Score': expected Single, got Double");
    }

    [TestMethod]
    public void Constructor_UninitializedColumn_Throws() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SchemaShape(new SchemaShape.Column[1]));

    private sealed class Empty
    {
    }

    private sealed class Scored
    {
        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class ScoreOnly
    {
        public float Score { get; set; }
    }

    private sealed class Rescored
    {
        public double Score { get; set; }
    }

    private sealed class Shaped
    {
        [VectorType(3)]
        public float[]? Fixed { get; set; }

        public float[]? Varying { get; set; }

        [KeyType(4)]
        public uint Key { get; set; }

        public string[]? Texts { get; set; }
    }
}
