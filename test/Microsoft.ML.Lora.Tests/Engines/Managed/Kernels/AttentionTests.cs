using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>Self-attention.</summary>
[TestClass, TestCategory("Kernels")]
public sealed class AttentionTests
{
    /// <summary>Tokens, heads, head size: each number of tokens 1 to 65, head sizes odd and usual.</summary>
    public static IEnumerable<object[]> Sizes =>
    [
        .. Enumerable.Range(1, 65).Select(length => new object[] { length, 2, 6 }),
        .. new[] { 1, 3, 8, 16, 31, 32, 33, 64, 65, 128 }.Select(size => new object[] { 10, 3, size }),
        [150, 1, 64],
    ];

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Forward_AnySize_EqualsPlain(int length, int heads, int size)
    {
        int hidden = heads * size;
        int stride = (3 * hidden) + 2;
        float[] qkv = Sample.Floats(length * 3 * hidden);
        float[] probabilities = new float[heads * length * length], context = new float[length * hidden];

        SelfAttention.Forward(Sample.Spread(qkv, length, 3 * hidden, stride), length, hidden, heads, stride, probabilities, context);

        (double[] expectedContext, double[] expectedProbabilities) = Exact(Sample.Doubles(qkv), length, hidden, heads);
        Precision.AssertClose(expectedProbabilities, probabilities, Precision.FewRoundings, "probabilities");
        Precision.AssertClose(expectedContext, context, Precision.FewRoundings, "context");
    }

    [TestMethod]
    [DataRow(1, 2, 3)]
    [DataRow(2, 1, 4)]
    [DataRow(5, 2, 3)]
    [DataRow(9, 3, 2)]
    [DataRow(17, 2, 5)]
    public void Backward_AnySize_MatchesFiniteDifferences(int length, int heads, int size)
    {
        int hidden = heads * size;
        int stride = (3 * hidden) + 2;
        float[] qkv = Sample.Floats(length * 3 * hidden);
        float[] gradContext = Sample.Floats(length * hidden, 2);
        float[] spread = Sample.Spread(qkv, length, 3 * hidden, stride);
        float[] gradQkv = Sample.Spread(new float[qkv.Length], length, 3 * hidden, stride);
        float[] probabilities = new float[heads * length * length], context = new float[length * hidden];
        var scratch = new float[SelfAttention.ScratchLength(length)];
        SelfAttention.Forward(spread, length, hidden, heads, stride, probabilities, context);

        SelfAttention.Backward(spread, length, hidden, heads, stride, probabilities, gradContext, gradQkv, scratch);

        double[] expected = Plain.Gradient(values => Exact(values, length, hidden, heads).Context, Sample.Doubles(qkv), Sample.Doubles(gradContext));
        Precision.AssertClose(expected, Sample.Gathered(gradQkv, length, 3 * hidden, stride), Precision.FewRoundings, "gradQkv");
    }

    [TestMethod]
    public void Forward_NoTokens_DoesNothing() => SelfAttention.Forward([], 0, 8, 2, 24, [], []);

    [TestMethod]
    public void Forward_HeadsDoNotShareHidden_IsRefused()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => SelfAttention.Forward(new float[30], 1, 10, 3, 30, new float[3], new float[10]));

        Assert.AreEqual("A hidden size of 10 cannot be shared by 3 heads. (Parameter 'hidden')", exception.Message);
    }

    [TestMethod]
    public void ForwardAndBackward_SpanTooShort_NameIt()
    {
        float[] full = new float[48];
        float[] few = new float[7];

        AssertRefused("qkv", () => SelfAttention.Forward(few, 2, 8, 2, 24, full, full));
        AssertRefused("probabilities", () => SelfAttention.Forward(full, 2, 8, 2, 24, few, full));
        AssertRefused("context", () => SelfAttention.Forward(full, 2, 8, 2, 24, full, few));
        AssertRefused("gradContext", () => SelfAttention.Backward(full, 2, 8, 2, 24, full, few, full, full));
        AssertRefused("gradQkv", () => SelfAttention.Backward(full, 2, 8, 2, 24, full, full, few, full));
        AssertRefused("scratch", () => SelfAttention.Backward(full, 2, 8, 2, 24, full, full, full, few.AsSpan(4)));

        static void AssertRefused(string name, Action call) => Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentException>(call).ParamName);
    }

    private static (double[] Context, double[] Probabilities) Exact(double[] qkv, int length, int hidden, int heads) => Plain.Attention(
        Plain.Columns(qkv, length, 3 * hidden, 0, hidden),
        Plain.Columns(qkv, length, 3 * hidden, hidden, hidden),
        Plain.Columns(qkv, length, 3 * hidden, 2 * hidden, hidden),
        length, length, hidden, heads);
}
