using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Primitives;

[TestClass]
public sealed class NamedTensorTests
{
    [TestMethod]
    public void Constructor_ScalarAndEmptyShapes_AreLegal()
    {
        Assert.HasCount(1, new NamedTensor("scalar", [], [1]).Values);
        Assert.IsEmpty(new NamedTensor("empty", [0, 5], []).Values);
    }

    [TestMethod]
    public void Constructor_ValuesThatDoNotFitTheShape_SaysHowMany()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new NamedTensor("w", [2, 3], new float[5]));

        Assert.AreEqual("Tensor 'w' of shape (2, 3) has 6 values, but 5 came. (Parameter 'values')", exception.Message);
    }

    [TestMethod]
    public void Constructor_ShapeTooLargeToCount_Throws()
    {
        Assert.ThrowsExactly<OverflowException>(() => new NamedTensor("w", [1 << 16, 1 << 16], []));
    }

    [TestMethod]
    public void Constructor_NoName_Throws()
    {
        Assert.ThrowsExactly<ArgumentException>(() => new NamedTensor("", [1], [0]));
    }
}
