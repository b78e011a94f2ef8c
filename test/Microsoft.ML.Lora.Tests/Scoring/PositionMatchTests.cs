using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Tests.Scoring;

[TestClass]
public sealed class PositionMatchTests
{
    // Sums of up to 65 products of numbers up to 1, in single precision.
    private const double Rounding = 2e-6;

    [TestMethod]
    public void Of_AnyLengths_IsThePlainFormula()
    {
        for (int hidden = 1; hidden <= 65; hidden += 4)
        {
            var random = new SeededRandom((ulong)hidden);
            float[] mean = Values(random, hidden);
            foreach ((int first, int second) in new[] { (1, 1), (1, 7), (5, 2), (9, 9) })
            {
                float[] x = Values(random, first * hidden);
                float[] y = Values(random, second * hidden);

                Assert.AreEqual(Plain(x, y, mean), PositionMatch.Of(x, y, mean), Rounding, $"{first} and {second} tokens of {hidden} numbers.");
            }
        }
    }

    [TestMethod]
    public void Of_TheSameTokensInAnotherOrder_IsOne()
    {
        float[] x = Values(new SeededRandom(3), 3 * 8);
        float[] y = [.. x[16..], .. x[..16]];

        Assert.AreEqual(1, PositionMatch.Of(x, y, new float[8]), Rounding);
        Assert.AreEqual(-1, PositionMatch.Of(x.AsSpan(0, 8), [.. x.Take(8).Select(value => -value)], new float[8]), Rounding);
    }

    [TestMethod]
    public void Of_ATokenThatIsTheMean_CountsAsUnlikeEverything()
    {
        float[] mean = [1, 2, 3];

        Assert.AreEqual(0, PositionMatch.Of(mean, [4, 5, 7], mean));
    }

    private static double Plain(float[] x, float[] y, float[] mean)
    {
        double[][] first = [.. x.Chunk(mean.Length).Select(row => Direct(row, mean))];
        double[][] second = [.. y.Chunk(mean.Length).Select(row => Direct(row, mean))];
        return 0.5 * (first.Average(a => second.Max(b => Dot(a, b))) + second.Average(b => first.Max(a => Dot(a, b))));
    }

    private static double[] Direct(float[] row, float[] mean)
    {
        double[] centred = [.. row.Zip(mean, (value, centre) => (double)value - centre)];
        double length = Math.Sqrt(Dot(centred, centred));
        return [.. centred.Select(value => value / length)];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static float[] Values(SeededRandom random, int count) => [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextSingle() - 1)];
}
