using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class CrossEntropyTests
{
    /// <summary>The loss is computed in double precision from float logits.</summary>
    private const double LossTolerance = 1e-12;

    public static IEnumerable<object[]> Sizes =>
    [
        .. Enumerable.Range(1, 65).Select(classes => new object[] { 4, classes }),
        .. Enumerable.Range(0, 21).Select(rows => new object[] { rows, 2 }),
    ];

    [TestMethod, DynamicData(nameof(Sizes))]
    public void ForwardBackward_AnySize_EqualsPlainAndFiniteDifferences(int rows, int classes)
    {
        float[] logits = [.. Sample.Floats(rows * classes).Select(value => 5 * value)];
        float[] weights = [.. Sample.Floats(rows, 2).Select(value => value + 1.5f)];
        int[] labels = [.. Enumerable.Range(0, rows).Select(row => row * 7 % classes)];
        double total = weights.Sum() + 1;
        var gradLogits = new float[rows * classes];

        double loss = CrossEntropy.ForwardBackward(logits, classes, labels, weights, total, gradLogits);

        Assert.AreEqual(Loss(Sample.Doubles(logits))[0], loss, LossTolerance);
        Precision.AssertEach(Plain.Gradient(Loss, Sample.Doubles(logits), [1]), gradLogits, Precision.OneRounding, "gradLogits");

        double[] Loss(double[] values)
        {
            double[] p = Plain.Softmax(values, rows, classes);
            return [-Enumerable.Range(0, rows).Sum(row => weights[row] / total * Math.Log(p[(row * classes) + labels[row]]))];
        }
    }

    [TestMethod]
    public void ForwardBackward_HugeLogits_StayFinite()
    {
        var gradLogits = new float[2];

        double loss = CrossEntropy.ForwardBackward([1e30f, -1e30f], 2, [1], [1], 1, gradLogits);

        Assert.AreEqual(2e30, loss, 1e24);
        CollectionAssert.AreEqual(new float[] { 1, -1 }, gradLogits);
    }

    [TestMethod]
    public void ForwardBackward_NaN_IsNotHidden() =>
        Assert.IsTrue(double.IsNaN(CrossEntropy.ForwardBackward([0, float.NaN], 2, [0], [1], 1, new float[2])));

    [TestMethod]
    [DataRow(2)]
    [DataRow(-1)]
    public void ForwardBackward_LabelIsNoClass_IsNamed(int label)
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => CrossEntropy.ForwardBackward(new float[4], 2, [0, label], [1, 1], 2, new float[4]));

        Assert.AreEqual($"Row 1 has label {label}, but the classes are 0 to 1. (Parameter 'labels')", exception.Message);
    }
}
