using Microsoft.ML.Data;
using Microsoft.ML.Upstream.Tests.DataView;

namespace Microsoft.ML.Upstream.Tests.Enumerables;

[TestClass]
public sealed class EnumerableLoadingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void LoadFromEnumerable_EachKindOfMember_BecomesItsColumn()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new EveryMember() });

        CollectionAssert.AreEqual(
            new[]
            {
                "Field: Single", "Flag: Boolean", "SmallSigned: SByte", "Small: Byte", "Short: Int16", "ShortUnsigned: UInt16", "Whole: Int32",
                "Unsigned: UInt32", "Long: Int64", "LongUnsigned: UInt64", "Fraction: Double", "Text: String", "Characters: String",
                "Numbers: Vector<Single>", "Three: Vector<Int32, 3>", "Buffer: Vector<Double>", "Texts: Vector<String>",
                "Key: Key<UInt32, 0-4>", "Renamed: Int32", "ReadOnly: Int32",
            },
            data.Schema.Select(column => column.ToString()).ToArray());
    }

    [TestMethod]
    public void LoadFromEnumerable_NullText_IsEmptyText()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Pair { Text = null }, new Pair { Text = "b" } });

        CollectionAssert.AreEqual(new[] { "", "b" }, data.Texts("Text"));
    }

    [TestMethod]
    public void LoadFromEnumerable_NullArray_IsAnEmptyVector()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new EveryMember { Numbers = null }, new EveryMember { Numbers = [1f, 2f] } });

        CollectionAssert.AreEqual(new[] { 0, 2 }, data.Values<VBuffer<float>>("Numbers").Select(vector => vector.Length).ToArray());
    }

    [TestMethod]
    public void LoadFromEnumerable_Array_CountsItsRowsAndCannotShuffle()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Pair(), new Pair() });

        Assert.AreEqual(2, data.GetRowCount());
        Assert.IsFalse(data.CanShuffle);
    }

    [TestMethod]
    public void LoadFromEnumerable_LazyRows_AreReadAnewByEachPassAndNotCounted()
    {
        var reads = 0;
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(index =>
        {
            reads++;
            return new Pair { Number = index };
        }));

        Assert.IsNull(data.GetRowCount());
        Assert.AreEqual(0, reads);
        CollectionAssert.AreEqual(new[] { 0f, 1f, 2f }, data.Values<float>("Number"));
        CollectionAssert.AreEqual(new[] { 0f, 1f, 2f }, data.Values<float>("Number"));
        Assert.AreEqual(6, reads);
    }

    [TestMethod]
    public void LoadFromEnumerable_ColumnNotAskedFor_IsNotRead()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Trap() });

        CollectionAssert.AreEqual(new[] { 1f }, data.Values<float>("Safe"));
        Assert.Throws<Exception>(() => data.Values<float>("Sprung"));
    }

    [TestMethod]
    public void LoadFromEnumerable_KeyMember_CountsFromOneAndLosesWhatIsBeyond()
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 7).Select(index => new EveryMember { Key = (uint)index }));

        CollectionAssert.AreEqual(new uint[] { 1, 2, 3, 4, 5, 0, 0 }, data.Values<uint>("Key"));
    }

    [TestMethod]
    public void LoadFromEnumerable_RenamedInDefinition_HasThatName()
    {
        var definition = SchemaDefinition.Create(typeof(Pair));
        definition["Number"].ColumnName = "Score";

        var data = _ml.Data.LoadFromEnumerable(new[] { new Pair { Number = 5 } }, definition);

        CollectionAssert.AreEqual(new[] { 5f }, data.Values<float>("Score"));
        Assert.IsNull(definition["Number"]);
    }

    [TestMethod]
    public void LoadFromEnumerable_AnotherTypeInDefinition_Throws()
    {
        var definition = SchemaDefinition.Create(typeof(Pair));
        definition["Number"].ColumnType = NumberDataViewType.Double;

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromEnumerable(new[] { new Pair() }, definition));
    }

    [TestMethod]
    public void LoadFromEnumerable_AnnotationInDefinition_IsOnTheColumn()
    {
        var definition = SchemaDefinition.Create(typeof(Pair));
        definition["Number"].AddAnnotation("SlotNames", new[] { "a", "b" }, new VectorDataViewType(TextDataViewType.Instance, 2));

        var schema = _ml.Data.LoadFromEnumerable(Array.Empty<Pair>(), definition).Schema;

        var names = default(VBuffer<ReadOnlyMemory<char>>);
        schema["Number"].Annotations.GetValue("SlotNames", ref names);
        CollectionAssert.AreEqual(new[] { "a", "b" }, names.DenseValues().Select(name => name.ToString()).ToArray());
    }

    [TestMethod]
    public void LoadFromEnumerable_TypesOfASchema_AreTaken()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Key", new KeyDataViewType(typeof(uint), 9));

        var data = _ml.Data.LoadFromEnumerable(new[] { new EveryMember() }, builder.ToSchema());

        Assert.AreEqual("Key<UInt32, 0-8>", data.Schema["Key"].Type.ToString());
    }

    [TestMethod]
    public void LoadFromEnumerable_NullRow_ThrowsWhenItIsReached()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Pair(), null! });

        Assert.Throws<InvalidOperationException>(() => data.Values<float>("Number"));
    }

    [TestMethod]
    public void LoadFromEnumerable_MemberOfNoColumnType_Throws()
    {
        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromEnumerable(Array.Empty<Odd>()));

        StringAssert.Contains(fault.Message, "Thing");
    }

    [TestMethod]
    public void LoadFromEnumerable_NullData_Throws() =>
        Assert.ThrowsExactly<ArgumentNullException>(() => _ml.Data.LoadFromEnumerable<Pair>(null!));

    private sealed class Pair
    {
        public string? Text { get; set; }

        public float Number { get; set; }
    }

    private sealed class Odd
    {
        public object? Thing { get; set; }
    }

    private sealed class Trap
    {
        public float Safe { get; set; } = 1;

        public float Sprung => Safe > 0 ? throw new InvalidOperationException("read") : Safe;
    }

    private sealed class EveryMember
    {
        public const int Constant = 1;
        public float Field = 1;

        public bool Flag { get; set; }

        public sbyte SmallSigned { get; set; }

        public byte Small { get; set; }

        public short Short { get; set; }

        public ushort ShortUnsigned { get; set; }

        public int Whole { get; set; }

        public uint Unsigned { get; set; }

        public long Long { get; set; }

        public ulong LongUnsigned { get; set; }

        public double Fraction { get; set; }

        public string? Text { get; set; }

        public ReadOnlyMemory<char> Characters { get; set; }

        public float[]? Numbers { get; set; }

        [VectorType(3)]
        public int[]? Three { get; set; }

        public VBuffer<double> Buffer { get; set; }

        public string[]? Texts { get; set; }

        [KeyType(5)]
        public uint Key { get; set; }

        [NoColumn]
        public object? NoColumn { get; set; }

        [ColumnName("Renamed")]
        public int Original { get; set; }

        public int ReadOnly => Whole;
    }
}
