using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class EpochOrderTests
{
    private static readonly float[] EqualWeights = [1, 1];

    [TestMethod]
    [DataRow(1, 1, 1)]
    [DataRow(10, 4, 3)]
    [DataRow(12, 4, 3)]
    [DataRow(3, 64, 1)]
    public void Batches_CountAndSize_RoundUp(int rows, int batchSize, int expected)
    {
        var order = new EpochOrder(TrainingPairs.Create(rows), batchSize, EqualWeights);

        Assert.AreEqual(expected, order.Batches);
    }

    [TestMethod]
    public void Batch_WholeEpoch_MeetsEveryRowOnceWithItsLabel()
    {
        var order = new EpochOrder(TrainingPairs.Create(11), 4, EqualWeights);
        order.Draw(seed: 1, epoch: 0);

        var met = Epoch(order);

        CollectionAssert.AreEqual(new[] { 4, 4, 3 }, Enumerable.Range(0, 3).Select(i => order.Batch(i).Pairs.Length).ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(0, 11).ToArray(), met.Select(pair => pair.Row).Order().ToArray());
        Assert.IsTrue(met.All(pair => pair.Label == pair.Row % 2));
    }

    [TestMethod]
    public void Draw_SameSeedAndEpoch_GivesTheSameOrderWhateverWasDrawnBefore()
    {
        var fresh = new EpochOrder(TrainingPairs.Create(50), 8, EqualWeights);
        var used = new EpochOrder(TrainingPairs.Create(50), 8, EqualWeights);
        used.Draw(seed: 1, epoch: 0);
        used.Draw(seed: 1, epoch: 1);
        fresh.Draw(seed: 1, epoch: 2);

        used.Draw(seed: 1, epoch: 2);

        CollectionAssert.AreEqual(Epoch(fresh), Epoch(used));
    }

    [TestMethod]
    public void Draw_OtherSeedOrEpoch_GivesAnotherOrder()
    {
        var order = new EpochOrder(TrainingPairs.Create(50), 8, EqualWeights);
        order.Draw(seed: 1, epoch: 0);
        var first = Epoch(order);
        order.Draw(seed: 1, epoch: 1);
        var nextEpoch = Epoch(order);
        order.Draw(seed: 2, epoch: 0);
        var otherSeed = Epoch(order);

        CollectionAssert.AreNotEqual(first, nextEpoch);
        CollectionAssert.AreNotEqual(first, otherSeed);
        CollectionAssert.AreNotEqual(nextEpoch, otherSeed);
    }

    [TestMethod]
    public void Draw_OrderOfSentencesMatters_NeverSwaps()
    {
        var order = new EpochOrder(TrainingPairs.Create(50), 8, EqualWeights);
        order.Draw(seed: 1, epoch: 0);

        Assert.IsFalse(Epoch(order).Any(pair => pair.Swapped));
    }

    [TestMethod]
    public void Draw_Symmetric_SwapsAboutHalfOfTheRowsAndOthersEachEpoch()
    {
        var order = new EpochOrder(TrainingPairs.Create(400, symmetric: true), 8, EqualWeights);
        order.Draw(seed: 1, epoch: 0);
        int[] first = SwappedRows(order);
        order.Draw(seed: 1, epoch: 1);
        int[] second = SwappedRows(order);

        Assert.IsTrue(first.Length is > 160 and < 240, $"{first.Length} of 400 were swapped.");
        CollectionAssert.AreNotEqual(first, second);
    }

    [TestMethod]
    public void Batch_ClassWeights_FollowTheLabels()
    {
        var order = new EpochOrder(TrainingPairs.Create(6), 6, [0.5f, 2]);
        order.Draw(seed: 1, epoch: 0);

        TrainingBatch batch = order.Batch(0);

        for (int i = 0; i < batch.Labels.Length; i++)
        {
            Assert.AreEqual(batch.Labels[i] == 1 ? 2 : 0.5f, batch.Weights[i]);
        }
    }

    private static (int Row, int Label, bool Swapped)[] Epoch(EpochOrder order)
    {
        var met = new List<(int, int, bool)>();
        for (int i = 0; i < order.Batches; i++)
        {
            TrainingBatch batch = order.Batch(i);
            for (int k = 0; k < batch.Pairs.Length; k++)
            {
                EncodedPair pair = batch.Pairs[k];
                met.Add((TrainingPairs.RowOf(pair), batch.Labels[k], TrainingPairs.IsSwapped(pair)));
            }
        }

        return [.. met];
    }

    private static int[] SwappedRows(EpochOrder order) => [.. Epoch(order).Where(pair => pair.Swapped).Select(pair => pair.Row).Order()];
}
