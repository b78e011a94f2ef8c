using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class DropoutTests
{
    private const ulong Seed = 42;
    private const float Probability = 0.2f;

    [TestMethod]
    public void Forward_ManyNumbers_DropsTheShareAndKeepsTheMean()
    {
        const int count = 100_000;
        float[] y = Enumerable.Repeat(1f, count).ToArray();

        Dropout.Forward(y, Seed, 0, Probability, y);

        // Five standard deviations of a binomial share.
        double deviation = Math.Sqrt(Probability * (1 - Probability) / count);
        Assert.AreEqual(Probability, y.Count(value => value == 0) / (double)count, 5 * deviation);
        Assert.IsTrue(y.All(value => value is 0 or 1.25f));
    }

    [TestMethod]
    public void Forward_ConsecutiveSeedsAndPlaces_DropIndependently()
    {
        const int count = 100_000;
        float[] first = Mask(Seed, 0, count + 1);
        float[] second = Mask(Seed + 1, 0, count);

        double bothSeeds = Enumerable.Range(0, count).Count(i => first[i] == 0 && second[i] == 0) / (double)count;
        double bothPlaces = Enumerable.Range(0, count).Count(i => first[i] == 0 && first[i + 1] == 0) / (double)count;

        double share = Probability * Probability;
        double deviation = Math.Sqrt(share * (1 - share) / count);
        Assert.AreEqual(share, bothSeeds, 5 * deviation);
        Assert.AreEqual(share, bothPlaces, 5 * deviation);
    }

    [TestMethod]
    public void Forward_InPieces_GivesTheSameMask()
    {
        float[] whole = Mask(Seed, 0, 65);

        for (int cut = 0; cut <= 65; cut++)
        {
            CollectionAssert.AreEqual(whole, Mask(Seed, 0, cut).Concat(Mask(Seed, cut, 65 - cut)).ToArray(), $"cut at {cut}");
        }
    }

    [TestMethod]
    public void BackwardAdd_SameMask_IsForwardsGradient()
    {
        for (int length = 0; length <= 65; length++)
        {
            float[] gradY = Sample.Floats(length);
            float[] before = Sample.Floats(length, 2);
            float[] gradX = [.. before];

            Dropout.BackwardAdd(gradY, Seed, 3, Probability, gradX);

            float[] mask = Mask(Seed, 3, length);
            float[] expected = [.. before.Select((value, i) => value + (mask[i] * gradY[i]))];
            CollectionAssert.AreEqual(expected, gradX, $"length {length}");
        }
    }

    [TestMethod]
    public void Forward_ProbabilityZero_KeepsEverything() => CollectionAssert.DoesNotContain(Mask(Seed, 0, 1000, 0), 0f);

    [TestMethod]
    [DataRow(-0.1f)]
    [DataRow(1f)]
    [DataRow(float.NaN)]
    public void Forward_ImpossibleProbability_IsRefused(float probability)
    {
        ArgumentOutOfRangeException exception = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Mask(Seed, 0, 1, probability));

        Assert.StartsWith("The probability must be from 0 to below 1.", exception.Message);
    }

    [TestMethod]
    public void Forward_OtherLength_IsRefused()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => Dropout.Forward(new float[3], Seed, 0, Probability, new float[2]));

        Assert.AreEqual("The result holds 2 numbers, but the argument holds 3.", exception.Message);
    }

    private static float[] Mask(ulong seed, long first, int count, float probability = Probability)
    {
        float[] mask = Enumerable.Repeat(1f, count).ToArray();
        Dropout.Forward(mask, seed, first, probability, mask);
        return mask;
    }
}
