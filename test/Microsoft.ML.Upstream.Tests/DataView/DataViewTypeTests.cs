using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.DataView;

[TestClass]
public sealed class DataViewTypeTests
{
    private static IEnumerable<object[]> Descriptions =>
    [
        [TextDataViewType.Instance, "String", typeof(ReadOnlyMemory<char>)],
        [BooleanDataViewType.Instance, "Boolean", typeof(bool)],
        [NumberDataViewType.Single, "Single", typeof(float)],
        [NumberDataViewType.UInt32, "UInt32", typeof(uint)],
        [new KeyDataViewType(typeof(uint), 3), "Key<UInt32, 0-2>", typeof(uint)],
        [new VectorDataViewType(NumberDataViewType.Single, 4), "Vector<Single, 4>", typeof(VBuffer<float>)],
        [new VectorDataViewType(TextDataViewType.Instance), "Vector<String>", typeof(VBuffer<ReadOnlyMemory<char>>)],
        [new VectorDataViewType(NumberDataViewType.Single, 2, 3), "Vector<Single, 2, 3>", typeof(VBuffer<float>)],
    ];

    [TestMethod, DynamicData(nameof(Descriptions))]
    public void Type_Described_NamesItselfAndItsRawType(DataViewType type, string description, Type rawType)
    {
        Assert.AreEqual(description, type.ToString());
        Assert.AreEqual(rawType, type.RawType);
    }

    [TestMethod]
    public void Key_SameTypeAndCount_IsEqual()
    {
        Assert.AreEqual(new KeyDataViewType(typeof(uint), 3), new KeyDataViewType(typeof(uint), 3UL));
        Assert.AreNotEqual(new KeyDataViewType(typeof(uint), 3), new KeyDataViewType(typeof(uint), 4));
        Assert.AreNotEqual(new KeyDataViewType(typeof(uint), 3), new KeyDataViewType(typeof(ulong), 3));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    public void Key_CountNotPositive_Throws(int count) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(uint), count));

    [TestMethod]
    public void Key_OverSignedType_Throws() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(int), 3));

    [TestMethod]
    public void Vector_SameItemsAndDimensions_IsEqual()
    {
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 6), new VectorDataViewType(NumberDataViewType.Single, 6));
        Assert.AreNotEqual(new VectorDataViewType(NumberDataViewType.Single, 6), new VectorDataViewType(NumberDataViewType.Single, 2, 3));
        Assert.AreEqual(6, new VectorDataViewType(NumberDataViewType.Single, 2, 3).Size);
        Assert.IsFalse(new VectorDataViewType(NumberDataViewType.Single).IsKnownSize);
    }

    [TestMethod]
    public void RowId_Printed_HasHighHalfFirst()
    {
        var id = new DataViewRowId(low: 5, high: 1);

        Assert.AreEqual("00000000000000010000000000000005", id.ToString());
        Assert.IsTrue(id.Equals(new DataViewRowId(5, 1)));
        Assert.IsGreaterThan(0, id.CompareTo(new DataViewRowId(6, 0)));
    }
}
