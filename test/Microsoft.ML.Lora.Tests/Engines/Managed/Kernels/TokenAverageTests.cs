using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>The parts of attention without keys and values.</summary>
[TestClass, TestCategory("Kernels")]
public sealed class TokenAverageTests
{
    /// <summary>Heads, tokens, width: each number of tokens 1 to 65, widths around every register.</summary>
    public static IEnumerable<object[]> Sizes =>
    [
        .. Enumerable.Range(1, 65).Select(length => new object[] { 3, length, 20 }),
        .. new[] { 1, 3, 8, 15, 16, 17, 31, 32, 33, 64, 65, 256 }.Select(width => new object[] { 4, 9, width }),
        [12, 150, 384],
    ];

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Scores_AnySize_EqualsPlain(int heads, int length, int width)
    {
        float[] probes = Sample.Floats(heads * width), tokens = Sample.Floats(length * width, 2), scores = Sample.Floats(heads * length, 3);
        double[] product = Plain.Product(
            Sample.Doubles(probes), Plain.Transposed(Sample.Doubles(tokens), length, width), heads, width, length);
        double[] added = [.. product.Zip(scores, (number, before) => before + (0.5 * number))];
        float[] spread = Sample.Spread(probes, heads, width, width + 3);
        var overwritten = new float[heads * length];

        TokenAverage.Scores(spread, width + 3, heads, tokens, length, width, 0.5f, adds: true, scores);
        TokenAverage.Scores(spread, width + 3, heads, tokens, length, width, 1, adds: false, overwritten);

        Precision.AssertClose(added, scores, Precision.FewRoundings, "added");
        Precision.AssertClose(product, overwritten, Precision.FewRoundings, "overwritten");
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Gather_AnySize_EqualsPlain(int heads, int length, int width)
    {
        float[] weights = Sample.Floats(heads * length), tokens = Sample.Floats(length * width, 2);
        double[] expected = Plain.Product(Sample.Doubles(weights), Sample.Doubles(tokens), heads, length, width);
        float[] sums = Sample.Spread(new float[heads * width], heads, width, width + 5);

        TokenAverage.Gather(weights, heads, tokens, length, width, sums, width + 5);

        Precision.AssertClose(expected, Sample.Gathered(sums, heads, width, width + 5), Precision.FewRoundings, "sums");
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Scatter_AnySize_EqualsPlain(int heads, int length, int width)
    {
        float[] weights = Sample.Floats(heads * length), vectors = Sample.Floats(heads * width, 2), tokens = Sample.Floats(length * width, 3);
        double[] product = Plain.Product(
            Plain.Transposed(Sample.Doubles(weights), heads, length), Sample.Doubles(vectors), length, heads, width);
        double[] added = [.. product.Zip(tokens, (number, before) => before + number)];
        float[] spread = Sample.Spread(vectors, heads, width, width + 1);
        var overwritten = new float[length * width];

        TokenAverage.Scatter(weights, heads, spread, width + 1, length, width, adds: true, tokens);
        TokenAverage.Scatter(weights, heads, spread, width + 1, length, width, adds: false, overwritten);

        Precision.AssertClose(added, tokens, Precision.FewRoundings, "added");
        Precision.AssertClose(product, overwritten, Precision.FewRoundings, "overwritten");
    }

    [TestMethod]
    public void AnyPart_SpanTooShort_NamesIt()
    {
        float[] full = new float[48];
        float[] few = new float[7];

        AssertRefused("probes", () => TokenAverage.Scores(few, 8, 2, full, 3, 8, 1, false, full));
        AssertRefused("tokens", () => TokenAverage.Scores(full, 8, 2, few, 3, 8, 1, false, full));
        AssertRefused("scores", () => TokenAverage.Scores(full, 8, 4, full, 3, 8, 1, false, few));
        AssertRefused("weights", () => TokenAverage.Gather(few, 4, full, 3, 8, full, 8));
        AssertRefused("sums", () => TokenAverage.Gather(full, 4, full, 3, 8, few, 8));
        AssertRefused("vectors", () => TokenAverage.Scatter(full, 4, few, 8, 3, 8, false, full));
        AssertRefused("gradTokens", () => TokenAverage.Scatter(full, 4, full, 8, 3, 8, false, few));
    }

    private static void AssertRefused(string span, Action call) =>
        Assert.AreEqual(span, Assert.ThrowsExactly<ArgumentException>(call).ParamName);
}
