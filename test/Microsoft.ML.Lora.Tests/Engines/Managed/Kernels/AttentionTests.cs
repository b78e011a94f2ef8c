using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>Self-attention.</summary>
[TestClass, TestCategory("Kernels")]
public sealed class AttentionTests
{
    /// <summary>
    /// Tokens, heads, head size: each number of tokens 1 to 65, and those around the longest whose scores have room on the stack; head
    /// sizes odd and usual, and beyond the depth that a product takes at once.
    /// </summary>
    public static IEnumerable<object[]> Sizes =>
    [
        .. Enumerable.Range(1, 65).Select(length => new object[] { length, 2, 6 }),
        .. new[] { 1, 3, 8, 16, 31, 32, 33, 64, 65, 128 }.Select(size => new object[] { 10, 3, size }),
        [70, 2, 20],
        [127, 1, 5],
        [128, 1, 5],
        [129, 1, 5],
        [150, 1, 64],
        [20, 2, 300],
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
    [DataRow(31, 1, 3)]
    [DataRow(33, 2, 4)]
    [DataRow(40, 1, 17)]
    [DataRow(65, 1, 3)]
    [DataRow(130, 1, 2)]
    public void Backward_AnySize_MatchesFiniteDifferences(int length, int heads, int size)
    {
        int hidden = heads * size;
        int stride = (3 * hidden) + 2;
        float[] qkv = Sample.Floats(length * 3 * hidden);
        float[] gradContext = Sample.Floats(length * hidden, 2);
        float[] spread = Sample.Spread(qkv, length, 3 * hidden, stride);
        float[] gradQkv = Sample.Spread(new float[qkv.Length], length, 3 * hidden, stride);
        float[] probabilities = new float[heads * length * length], context = new float[length * hidden];
        float[] scratch = [.. Enumerable.Repeat(float.NaN, (int)SelfAttention.ScratchLength(length))];
        SelfAttention.Forward(spread, length, hidden, heads, stride, probabilities, context);

        SelfAttention.Backward(spread, length, hidden, heads, stride, probabilities, gradContext, gradQkv, scratch);

        double[] expected = Plain.Gradient(values => Exact(values, length, hidden, heads).Context, Sample.Doubles(qkv), Sample.Doubles(gradContext));
        Precision.AssertClose(expected, Sample.Gathered(gradQkv, length, 3 * hidden, stride), Precision.FewRoundings, "gradQkv");
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity)]
    public void Forward_NotFinite_StaysWhereDocumented(float value)
    {
        const int length = 19;
        const int hidden = 12;
        const int token = 3;
        float[] before = Context(-1);
        float[] withQuery = Context((token * 3 * hidden) + 1);
        float[] withKey = Context((token * 3 * hidden) + hidden + 1);
        float[] withValue = Context((token * 3 * hidden) + (2 * hidden) + 1);

        // The first of two heads has columns 0 to 5.
        for (int i = 0; i < before.Length; i++)
        {
            bool isFirstHead = i % hidden < hidden / 2;
            Assert.AreEqual(isFirstHead && i / hidden == token ? float.NaN : before[i], withQuery[i], $"query, number {i}");
            Assert.IsTrue(isFirstHead || before[i] == withKey[i], $"key, number {i}");
            Assert.AreEqual(i % hidden == 1, !float.IsFinite(withValue[i]), $"value, number {i}");
        }

        Assert.IsFalse(withKey.Where((_, i) => i % hidden < hidden / 2).All(float.IsFinite));

        float[] Context(int place)
        {
            float[] qkv = Sample.Floats(length * 3 * hidden);
            if (place >= 0)
            {
                qkv[place] = value;
            }

            float[] probabilities = new float[2 * length * length], context = new float[length * hidden];
            SelfAttention.Forward(qkv, length, hidden, 2, 3 * hidden, probabilities, context);
            return context;
        }
    }

    [TestMethod]
    public void Forward_Denormal_EqualsPlain()
    {
        const int length = 18;
        const int hidden = 8;
        float[] qkv = [.. Sample.Floats(length * 3 * hidden).Select((value, i) => i % (3 * hidden) < 2 * hidden ? 1e-39f * value : value)];
        float[] probabilities = new float[2 * length * length], context = new float[length * hidden];

        SelfAttention.Forward(qkv, length, hidden, 2, 3 * hidden, probabilities, context);

        (double[] expectedContext, double[] expectedProbabilities) = Exact(Sample.Doubles(qkv), length, hidden, 2);
        Precision.AssertClose(expectedProbabilities, probabilities, Precision.FewRoundings, "probabilities");
        Precision.AssertClose(expectedContext, context, Precision.FewRoundings, "context");
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
