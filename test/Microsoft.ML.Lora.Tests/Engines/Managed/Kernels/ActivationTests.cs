using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>Gelu, GeluTanh, Relu and Tanh, forward and backward.</summary>
[TestClass, TestCategory("Kernels")]
public sealed class ActivationTests
{
    /// <summary>As <see cref="Gelu"/> states it, and far more than <see cref="Tanh"/>'s three units in the last place.</summary>
    private const double ActivationError = 2e-7;

    /// <summary>As <see cref="GeluTanh"/> states it.</summary>
    private const double ApproximationError = 4e-7;

    /// <summary>Every value from −12 to 12 in steps of 1/1024, where the activations are curved, and some beyond.</summary>
    private static readonly float[] Range = [.. Enumerable.Range(-12 * 1024, 24 * 1024).Select(i => i / 1024f), -1000, 1000, 1e-30f, -1e-40f, 3e38f];

    [TestMethod]
    public void GeluForward_WholeRange_EqualsPlain() => AssertForward(Gelu.Forward, Plain.Gelu, ActivationError);

    [TestMethod]
    public void GeluTanhForward_WholeRange_EqualsPlain() => AssertForward(GeluTanh.Forward, Plain.GeluTanh, ApproximationError);

    [TestMethod]
    public void ReluForward_WholeRange_EqualsPlain() => AssertForward(Relu.Forward, x => Math.Max(x, 0), 0);

    [TestMethod]
    public void TanhForward_WholeRange_EqualsPlain() => AssertForward(Tanh.Forward, Math.Tanh, ActivationError);

    [TestMethod]
    public void GeluBackward_AnyLength_MatchesFiniteDifferences() => AssertBackward(Gelu.Backward, Plain.Gelu, ActivationError);

    [TestMethod]
    public void GeluTanhBackward_AnyLength_MatchesFiniteDifferences() => AssertBackward(GeluTanh.Backward, Plain.GeluTanh, ApproximationError);

    [TestMethod]
    public void ReluBackward_AnyLength_MatchesFiniteDifferences() => AssertBackward(Relu.Backward, x => Math.Max(x, 0), ActivationError);

    [TestMethod]
    public void TanhBackward_AnyLength_MatchesFiniteDifferences() => AssertBackward(
        (x, gradY, gradX) =>
        {
            var y = new float[x.Length];
            Tanh.Forward(x, y);
            Tanh.Backward(y, gradY, gradX);
        },
        Math.Tanh,
        ActivationError);

    [TestMethod]
    public void ReluBackward_AtZero_IsZero()
    {
        float[] gradX = [5, 5];

        Relu.Backward([0, -0f], [1, 1], gradX);

        CollectionAssert.AreEqual(new float[] { 0, 0 }, gradX);
    }

    [TestMethod]
    public void Forward_NotFinite_IsAsDocumented()
    {
        float[] x = [float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        var y = new float[3];

        Gelu.Forward(x, y);
        CollectionAssert.AreEqual(new[] { float.PositiveInfinity, float.NaN, float.NaN }, y);
        GeluTanh.Forward(x, y);
        CollectionAssert.AreEqual(new[] { float.PositiveInfinity, float.NaN, float.NaN }, y);
        Relu.Forward(x, y);
        CollectionAssert.AreEqual(new[] { float.PositiveInfinity, 0, float.NaN }, y);
        Tanh.Forward(x, y);
        CollectionAssert.AreEqual(new[] { 1, -1, float.NaN }, y);
    }

    [TestMethod]
    public void ForwardAndBackward_InPlace_GiveTheSame()
    {
        float[] x = Sample.Floats(37);
        float[] gradY = Sample.Floats(37, 2);
        float[] y = new float[37], gradX = new float[37], inPlace = [.. x], gradInPlace = [.. gradY];
        Gelu.Forward(x, y);
        Gelu.Backward(x, gradY, gradX);

        Gelu.Forward(inPlace, inPlace);
        Gelu.Backward(x, gradInPlace, gradInPlace);

        CollectionAssert.AreEqual(y, inPlace);
        CollectionAssert.AreEqual(gradX, gradInPlace);
    }

    [TestMethod]
    public void Forward_OtherLength_IsRefused()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => Gelu.Forward(new float[3], new float[4]));

        Assert.AreEqual("'result' holds 4 numbers, but the argument holds 3. (Parameter 'result')", exception.Message);
    }

    private delegate void ForwardKernel(ReadOnlySpan<float> x, Span<float> y);

    private delegate void BackwardKernel(ReadOnlySpan<float> x, ReadOnlySpan<float> gradY, Span<float> gradX);

    private static void AssertForward(ForwardKernel kernel, Func<double, double> plain, double tolerance)
    {
        var y = new float[Range.Length];
        kernel(Range, y);
        Precision.AssertEach(Array.ConvertAll(Range, x => plain(x)), y, tolerance, "whole range");

        for (int length = 0; length <= 65; length++)
        {
            float[] x = Sample.Floats(length);
            var result = new float[length];
            kernel(x, result);
            Precision.AssertEach(Array.ConvertAll(x, value => plain(value)), result, tolerance, $"length {length}");
        }
    }

    private static void AssertBackward(BackwardKernel kernel, Func<double, double> plain, double tolerance)
    {
        for (int length = 0; length <= 65; length++)
        {
            float[] x = [.. Sample.Floats(length).Select(value => 6 * value)];
            float[] gradY = Sample.Floats(length, 2);
            var gradX = new float[length];

            kernel(x, gradY, gradX);

            double[] expected = Plain.Gradient(values => Array.ConvertAll(values, value => plain(value)), Sample.Doubles(x), Sample.Doubles(gradY));
            Precision.AssertEach(expected, gradX, tolerance, $"length {length}");
        }
    }
}
