using Microsoft.ML.Upstream.Tests.DataView;

namespace Microsoft.ML.Upstream.Tests.Transforms;

[TestClass]
public sealed class TransformsCustomMappingTests
{
    private readonly MLContext _ml = new(seed: 1);

    private IDataView Source => _ml.Data.LoadFromEnumerable(
        Enumerable.Range(1, 3).Select(number => new Row { Text = $"t{number}", Number = number }));

    [TestMethod]
    public void CustomMapping_EachRow_GetsItsOwnValues()
    {
        var data = _ml.Transforms.CustomMapping<Row, Sums>((from, to) =>
        {
            to.Double = from.Number * 2;
            to.Label = $"{from.Text}!";
        }, null).Fit(Source).Transform(Source);

        CollectionAssert.AreEqual(new[] { "Text", "Number", "Double", "Label" }, data.Schema.Select(column => column.Name).ToArray());
        CollectionAssert.AreEqual(new[] { 2f, 4f, 6f }, data.Values<float>("Double"));
        CollectionAssert.AreEqual(new[] { "t1!", "t2!", "t3!" }, data.Texts("Label"));
    }

    [TestMethod]
    public void CustomMapping_SeveralColumnsRead_RunsOncePerRow()
    {
        var calls = 0;
        var data = _ml.Transforms.CustomMapping<Row, Sums>((_, _) => calls++, null).Fit(Source).Transform(Source);
        using (var cursor = data.GetRowCursor(data.Schema))
        {
            var number = cursor.GetGetter<float>(data.Schema["Double"]);
            var text = cursor.GetGetter<ReadOnlyMemory<char>>(data.Schema["Label"]);
            while (cursor.MoveNext())
            {
                var value = 0f;
                var label = default(ReadOnlyMemory<char>);
                number(ref value);
                text(ref label);
                number(ref value);
            }
        }

        Assert.AreEqual(3, calls);
    }

    [TestMethod]
    public void CustomMapping_NoneOfItsColumnsRead_DoesNotRun()
    {
        var calls = 0;
        var data = _ml.Transforms.CustomMapping<Row, Sums>((_, _) => calls++, null).Fit(Source).Transform(Source);

        CollectionAssert.AreEqual(new[] { 1f, 2f, 3f }, data.Values<float>("Number"));
        Assert.AreEqual(0, calls);
    }

    [TestMethod]
    public void CustomMapping_SourceColumnMissing_Throws()
    {
        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.Transforms.CustomMapping<Sums, Row>((_, _) => { }, null).Fit(Source));

        StringAssert.Contains(fault.Message, "column 'Double'");
    }

    [TestMethod]
    public void CustomMapping_SourceColumnOfAnotherType_Throws()
    {
        var fault = Assert.ThrowsExactly<InvalidOperationException>(
            () => _ml.Transforms.CustomMapping<WholeNumber, Sums>((_, _) => { }, null).Fit(Source));

        StringAssert.Contains(fault.Message, "'Number' of type 'Single'");
    }

    [TestMethod]
    public void CustomMapping_EmptySource_ReadsNoColumn()
    {
        ITransformer mapping = _ml.Transforms.CustomMapping<Empty, Sums>((_, to) => to.Double = 7, null).Fit(Source);

        var mapper = mapping.GetRowToRowMapper(Source.Schema);

        Assert.IsEmpty(mapper.GetDependencies([mapper.OutputSchema["Double"]]));
        CollectionAssert.AreEqual(new[] { 7f, 7f, 7f }, mapping.Transform(Source).Values<float>("Double"));
    }

    private sealed class Row
    {
        public string? Text { get; set; }

        public float Number { get; set; }
    }

    private sealed class WholeNumber
    {
        public int Number { get; set; }
    }

    private sealed class Sums
    {
        public float Double { get; set; }

        public string? Label { get; set; }
    }

    private sealed class Empty
    {
    }
}
