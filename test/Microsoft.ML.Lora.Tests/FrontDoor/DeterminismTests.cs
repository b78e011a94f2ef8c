namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class DeterminismTests : IDisposable
{
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    public void Fit_SameSeed_GivesTheSameBits()
    {
        CollectionAssert.AreEqual(Train(_encoder.Options), Train(_encoder.Options));
    }

    [TestMethod]
    public void Fit_OtherSeed_GivesAnotherModel()
    {
        CollectionAssert.AreNotEqual(Train(_encoder.Options), Train(_encoder.Options with { Seed = -4 }));
    }

    [TestMethod]
    public void Fit_SeedOfTheContext_IsRepeatable()
    {
        LoraSentencePairOptions options = _encoder.Options with { Seed = null };

        CollectionAssert.AreEqual(Train(options, contextSeed: 5), Train(options, contextSeed: 5));
        CollectionAssert.AreNotEqual(Train(options, contextSeed: 5), Train(options, contextSeed: 6));
    }

    [TestMethod]
    public void Fit_SeedOfTheContext_IsInTheSummary()
    {
        var ml = new MLContext(seed: 5);
        LoraSentencePairTransformer model = _encoder.Train(ml, _encoder.Options with { Seed = null });

        float[] again = Train(_encoder.Options with { Seed = model.Summary.Seed }, contextSeed: 99);

        CollectionAssert.AreEqual(Scored.Probe(ml, model), again);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    public void Fit_MoreThreads_GiveTheSameBits(int threads)
    {
        LoraSentencePairOptions options = _encoder.Options with { Dropout = 0.2f, Symmetric = true, ValidationFraction = 0.2f };

        CollectionAssert.AreEqual(Train(options), Train(options with { Threads = threads }));
    }

    private float[] Train(LoraSentencePairOptions options, int contextSeed = 1)
    {
        var ml = new MLContext(contextSeed);
        return Scored.Probe(ml, _encoder.Train(ml, options));
    }
}
