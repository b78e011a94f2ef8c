using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Upstream.Tests.DataView;

namespace Microsoft.ML.Upstream.Tests.Transforms;

/// <summary>Tables of values, keys and texts.</summary>
[TestClass]
public sealed class TransformsConversionTests
{
    private readonly MLContext _ml = new(seed: 1);

    private IDataView Source => _ml.Data.LoadFromEnumerable(new[]
    {
        new Row { Text = "b", Number = 2 },
        new Row { Text = "", Number = 1 },
        new Row { Text = "B", Number = float.NaN },
        new Row { Text = "a", Number = 2 },
        new Row { Text = "b", Number = 0 },
    });

    [TestMethod]
    public void MapValue_TextToNumber_GivesZeroForWhatIsNotInTheTable()
    {
        var data = Apply(_ml.Transforms.Conversion.MapValue("Value", new Dictionary<string, float> { ["a"] = 5, ["b"] = 6 }, "Text"));

        CollectionAssert.AreEqual(new[] { 6f, 0f, 0f, 5f, 6f }, data.Values<float>("Value"));
    }

    [TestMethod]
    public void MapValue_NumberToText_GivesEmptyTextForWhatIsNotInTheTable()
    {
        var table = new Dictionary<int, string> { [1] = "payload" };
        var data = _ml.Data.LoadFromEnumerable(new[] { new KeyRow { Key = 1 }, new KeyRow { Key = 2 } });

        var mapped = _ml.Transforms.Conversion.MapValue("Payload", table, "Key").Fit(data).Transform(data);

        CollectionAssert.AreEqual(new[] { "payload", "" }, mapped.Texts("Payload"));
        Assert.AreSame(TextDataViewType.Instance, mapped.Schema["Payload"].Type);
    }

    [TestMethod]
    public void MapValue_KeyTwice_Throws()
    {
        var pairs = new[] { KeyValuePair.Create("a", 1), KeyValuePair.Create("a", 2) };

        Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Transforms.Conversion.MapValue("Value", pairs, "Text"));
    }

    [TestMethod]
    [DataRow("Text", ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence, "1 0 2 3 1")]
    [DataRow("Text", ValueToKeyMappingEstimator.KeyOrdinality.ByValue, "3 0 1 2 3")]
    [DataRow("Number", ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence, "1 2 0 1 3")]
    [DataRow("Number", ValueToKeyMappingEstimator.KeyOrdinality.ByValue, "3 2 0 3 1")]
    public void MapValueToKey_Column_NumbersItsValues(string column, ValueToKeyMappingEstimator.KeyOrdinality ordinality, string keys)
    {
        var data = Apply(_ml.Transforms.Conversion.MapValueToKey("Key", column, keyOrdinality: ordinality));

        Assert.AreEqual(keys, string.Join(" ", data.Values<uint>("Key")));
        Assert.AreEqual("Key<UInt32, 0-2>", data.Schema["Key"].Type.ToString());
    }

    [TestMethod]
    public void MapValueToKey_MoreValuesThanAllowed_KeepsTheFirst()
    {
        var data = Apply(_ml.Transforms.Conversion.MapValueToKey("Key", "Text", maximumNumberOfKeys: 2));

        CollectionAssert.AreEqual(new uint[] { 1, 0, 2, 0, 1 }, data.Values<uint>("Key"));
    }

    [TestMethod]
    public void MapValueToKey_NoValues_HasOneKeyThatNoRowHas()
    {
        var empty = _ml.Data.LoadFromEnumerable(new[] { new Row { Text = "" } });

        var data = _ml.Transforms.Conversion.MapValueToKey("Key", "Text").Fit(empty).Transform(empty);

        Assert.AreEqual("Key: Key<UInt32, 0-0>", data.Schema["Key"].ToString());
        CollectionAssert.AreEqual(new uint[] { 0 }, data.Values<uint>("Key"));
    }

    [TestMethod]
    public void MapKeyToValue_AfterMapValueToKey_GivesTheValuesBack()
    {
        var data = Apply(_ml.Transforms.Conversion.MapValueToKey("Key", "Text").Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key")));

        CollectionAssert.AreEqual(new[] { "b", "", "B", "a", "b" }, data.Texts("Back"));
        var values = default(VBuffer<ReadOnlyMemory<char>>);
        data.Schema["Key"].Annotations.GetValue("KeyValues", ref values);
        CollectionAssert.AreEqual(new[] { "b", "B", "a" }, values.DenseValues().Select(value => value.ToString()).ToArray());
    }

    [TestMethod]
    public void MapKeyToValue_MissingKeyOfNumbers_IsNotANumber()
    {
        var data = Apply(_ml.Transforms.Conversion.MapValueToKey("Key", "Number").Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key")));

        CollectionAssert.AreEqual(new[] { 2f, 1f, float.NaN, 2f, 0f }, data.Values<float>("Back"));
    }

    [TestMethod]
    public void MapKeyToValue_ColumnThatIsNoKey_Throws()
    {
        var estimator = _ml.Transforms.Conversion.MapKeyToValue("Back", "Text");

        Assert.ThrowsExactly<InvalidOperationException>(() => estimator.Fit(Source));
        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Append(_ml.Transforms.DropColumns("Back")).Fit(Source));
        StringAssert.Contains(fault.Message, "Schema mismatch for input column 'Text': expected KeyType, got String");
    }

    private IDataView Apply(IEstimator<ITransformer> estimator) => estimator.Fit(Source).Transform(Source);

    private sealed class Row
    {
        public string? Text { get; set; }

        public float Number { get; set; }
    }

    private sealed class KeyRow
    {
        public int Key { get; set; }
    }
}
