using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Tests.Scoring;

[TestClass]
public sealed class LogisticFitTests
{
    private const double Nudge = 1e-3;

    private static readonly double[] Centre = [1, 0, -0.5];

    [TestMethod]
    [DataRow(40)]
    [DataRow(3)]
    public void Minimize_AnyRows_FindsWeightsThatNoNudgeBetters(int count)
    {
        (double[][] rows, int[] labels) = Draw(count);
        var fit = new LogisticFit(rows, labels, Centre);

        double[] found = fit.Minimize();

        double best = Penalized(fit, found, count);
        for (int i = 0; i < found.Length; i++)
        {
            foreach (double nudge in (double[])[-Nudge, Nudge])
            {
                double[] moved = [.. found];
                moved[i] += nudge;
                Assert.IsGreaterThan(best, Penalized(fit, moved, count), $"Weight {i} moved by {nudge}.");
            }
        }
    }

    [TestMethod]
    public void Minimize_RowsOfZeros_StaysAtTheCentre()
    {
        double[] found = new LogisticFit([[0, 0, 0], [0, 0, 0]], [0, 1], Centre).Minimize();

        CollectionAssert.AreEqual(Centre, found);
    }

    [TestMethod]
    public void LossOf_LargeScores_IsFinite()
    {
        var fit = new LogisticFit([[1000, 0, 0], [-1000, 0, 0]], [1, 1], Centre);

        Assert.AreEqual(500, fit.LossOf([1, 0, 0]));
    }

    /// <summary>The loss as the documentation of <see cref="LogisticFit"/> has it.</summary>
    private static double Penalized(LogisticFit fit, double[] weights, int count) =>
        fit.LossOf(weights) + weights.Zip(Centre, (weight, centre) => (weight - centre) * (weight - centre)).Sum() / (2 * count);

    private static (double[][] Rows, int[] Labels) Draw(int count)
    {
        var random = new SeededRandom(5);
        double[][] rows = [.. Enumerable.Range(0, count).Select(_ => new[] { 4 * random.NextDouble() - 2, random.NextDouble(), 1 })];
        return (rows, [.. rows.Select(row => row[0] + random.NextDouble() > 0.5 ? 1 : 0)]);
    }
}
