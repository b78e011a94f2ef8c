using Microsoft.ML.Lora.Engines.Torch;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>How sequences are grouped by length. Needs no device.</summary>
[TestClass]
public sealed class PairGroupsTests
{
    [TestMethod]
    public void Split_EqualLengths_IsOneGroupWithoutPadding()
    {
        PairGroup[] groups = PairGroups.Split([.. Enumerable.Repeat(61, 32)]);

        Assert.AreEqual(new PairGroup(0, 32, 61, IsPadded: false), groups.Single());
    }

    [TestMethod]
    public void Split_ManyShortAndManyLong_AreApart()
    {
        PairGroup[] groups = PairGroups.Split([.. Enumerable.Range(0, 100).Select(i => 10 + (i % 5)).Order(), .. Enumerable.Repeat(100, 100)]);

        CollectionAssert.AreEqual(new[] { new PairGroup(0, 100, 16, IsPadded: true), new PairGroup(100, 100, 100, IsPadded: false) }, groups);
    }

    [TestMethod]
    public void Split_FewOfEachLength_StayTogether()
    {
        PairGroup[] groups = PairGroups.Split([10, 20, 30]);

        Assert.AreEqual(new PairGroup(0, 3, 32, IsPadded: true), groups.Single());
    }

    [TestMethod]
    public void Split_AnyLengths_CoversEachSequenceOnceAndLongEnough()
    {
        var random = new SeededRandom(4);
        for (int trial = 0; trial < 200; trial++)
        {
            int[] lengths = [.. Enumerable.Range(0, 1 + random.NextInt(300)).Select(_ => 3 + random.NextInt(125)).Order()];
            int next = 0;
            foreach (PairGroup group in PairGroups.Split(lengths))
            {
                Assert.AreEqual(next, group.First);
                int[] own = lengths[group.First..(group.First + group.Count)];
                Assert.IsGreaterThanOrEqualTo(own.Max(), group.Length);
                Assert.IsLessThan(own.Max() + PairGroups.LengthStep, group.Length);
                Assert.AreEqual(group.IsPadded, own.Any(length => length != own[0]));
                next += group.Count;
            }

            Assert.AreEqual(lengths.Length, next);
        }
    }

    [TestMethod]
    public void Order_AnyLengths_IsByLengthAndStable()
    {
        CollectionAssert.AreEqual(new[] { 1, 3, 0, 2 }, PairGroups.Order([7, 5, 9, 5]));
    }
}
