using System.Runtime.InteropServices;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class StoredFloatsTests
{
    private const int Patterns = 1 << 16;

    [TestMethod]
    public void Convert_EveryFloat16_EqualsScalarConversion()
    {
        float[] values = ConvertAll(ElementTypes.Float16);

        for (int pattern = 0; pattern < Patterns; pattern++)
        {
            AssertSame((float)BitConverter.Int16BitsToHalf((short)pattern), values[pattern], pattern);
        }
    }

    [TestMethod]
    public void Convert_EveryBFloat16_IsTheUpperHalfOfAFloat()
    {
        float[] values = ConvertAll(ElementTypes.BFloat16);

        for (int pattern = 0; pattern < Patterns; pattern++)
        {
            AssertSame(BitConverter.Int32BitsToSingle(pattern << 16), values[pattern], pattern);
        }
    }

    [TestMethod]
    [DataRow("F32")]
    [DataRow("F16")]
    [DataRow("BF16")]
    public void Convert_AnyLengthAtAnyAlignment_EqualsElementwise(string elementType)
    {
        for (int length = 0; length <= 65; length++)
        {
            float[] expected = [.. Enumerable.Range(0, length).Select(i => i - 32f)];
            RawTensor raw = RawTensor.OfFloats("a", [length], expected);
            byte[] stored = [0, .. elementType == "F32" ? raw.Data : raw.As(elementType).Data];
            var values = new float[length + 1];
            values[length] = 99;

            StoredFloats.Convert(elementType, stored.AsSpan(1), values.AsSpan(0, length));

            CollectionAssert.AreEqual(expected, values[..length]);
            Assert.AreEqual(99, values[length], "Wrote past the end.");
        }
    }

    /// <summary>Lengths that meet every tail, and every place in them.</summary>
    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.NegativeInfinity)]
    [DataRow(float.PositiveInfinity)]
    public void AreFinite_OneValueThatIsNot_IsFoundAnywhere(float value)
    {
        for (int length = 0; length <= 65; length++)
        {
            float[] values = [.. Enumerable.Repeat(-float.MaxValue, length)];
            Assert.IsTrue(StoredFloats.AreFinite(values));
            for (int i = 0; i < length; i++)
            {
                values[i] = value;
                Assert.IsFalse(StoredFloats.AreFinite(values), $"Length {length}, element {i}.");
                values[i] = float.Epsilon;
            }
        }
    }

    private static float[] ConvertAll(string elementType)
    {
        ushort[] patterns = [.. Enumerable.Range(0, Patterns).Select(pattern => (ushort)pattern)];
        var values = new float[Patterns];
        StoredFloats.Convert(elementType, MemoryMarshal.AsBytes(patterns.AsSpan()), values);
        return values;
    }

    private static void AssertSame(float expected, float actual, int pattern) => Assert.IsTrue(
        float.IsNaN(expected) ? float.IsNaN(actual) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual),
        $"Pattern 0x{pattern:X4}: expected {expected}, got {actual}.");
}
