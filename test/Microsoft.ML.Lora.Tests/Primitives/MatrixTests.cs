using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Primitives;

[TestClass]
public sealed class MatrixTests
{
    [TestMethod]
    public void Row_Index_GivesThatRow()
    {
        var matrix = new Matrix(2, 3, [1, 2, 3, 4, 5, 6]);

        CollectionAssert.AreEqual(new float[] { 4, 5, 6 }, matrix.Row(1).ToArray());
    }

    [TestMethod]
    public void Constructor_ValuesThatDoNotFit_SaysHowMany()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new Matrix(2, 3, new float[7]));

        Assert.AreEqual("A (2, 3) matrix has 6 values, but 7 came. (Parameter 'values')", exception.Message);
    }

    [TestMethod]
    public void Constructor_NegativeSize_Throws()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Matrix(-1, 3, []));
    }
}
