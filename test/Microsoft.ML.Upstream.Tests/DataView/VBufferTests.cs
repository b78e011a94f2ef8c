using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.DataView;

[TestClass]
public sealed class VBufferTests
{
    private static VBuffer<float> Sparse => new(5, 2, [7f, 9f], [1, 4]);

    [TestMethod]
    public void Sparse_Read_GivesDefaultsBetweenItsItems()
    {
        Assert.IsFalse(Sparse.IsDense);
        CollectionAssert.AreEqual(new[] { 0f, 7f, 0f, 0f, 9f }, Sparse.DenseValues().ToArray());
        Assert.AreEqual(9f, Sparse.GetItemOrDefault(4));
        Assert.AreEqual(0f, Sparse.GetItemOrDefault(2));
        CollectionAssert.AreEqual(new[] { 1, 4 }, Sparse.Items().Select(item => item.Key).ToArray());
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3, 4 }, Sparse.Items(all: true).Select(item => item.Key).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 4 }, Sparse.GetIndices().ToArray());
    }

    [TestMethod]
    public void Dense_Read_HasNoIndices()
    {
        var vector = new VBuffer<float>(2, [1f, 2f, 3f]);

        Assert.IsTrue(vector.IsDense);
        Assert.IsTrue(vector.GetIndices().IsEmpty);
        CollectionAssert.AreEqual(new[] { 1f, 2f }, vector.GetValues().ToArray());
        CollectionAssert.AreEqual(new[] { 0, 1 }, vector.Items().Select(item => item.Key).ToArray());
    }

    [TestMethod]
    public void CopyTo_ExactSize_ReusesTheBuffers()
    {
        var buffer = new float[2];
        var destination = new VBuffer<float>(2, buffer);

        new VBuffer<float>(2, [1f, 2f]).CopyTo(ref destination);

        CollectionAssert.AreEqual(new[] { 1f, 2f }, buffer);
    }

    [TestMethod]
    public void CopyToDense_Sparse_WritesTheDefaults()
    {
        var destination = new VBuffer<float>(5, [1f, 1f, 1f, 1f, 1f]);

        Sparse.CopyToDense(ref destination);

        Assert.IsTrue(destination.IsDense);
        CollectionAssert.AreEqual(new[] { 0f, 7f, 0f, 0f, 9f }, destination.GetValues().ToArray());
    }

    [TestMethod]
    public void Editor_SparseItems_AreCommitted()
    {
        var vector = default(VBuffer<float>);
        var editor = VBufferEditor.Create(ref vector, newLogicalLength: 3, valuesCount: 1);
        editor.Values[0] = 5f;
        editor.Indices[0] = 2;

        vector = editor.Commit();

        CollectionAssert.AreEqual(new[] { 0f, 0f, 5f }, vector.DenseValues().ToArray());
    }

    [TestMethod]
    public void GetItemOrDefault_IndexBeyondEnd_Throws() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Sparse.GetItemOrDefault(5));

    [TestMethod]
    public void Constructor_TooFewValues_Throws() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new VBuffer<float>(3, [1f]));

    [TestMethod]
    public void Printed_TellsItsKind()
    {
        Assert.AreEqual("Sparse vector of size 5, 2 explicit values", Sparse.ToString());
        Assert.AreEqual("Dense vector of size 1", new VBuffer<float>(1, [1f]).ToString());
    }
}
