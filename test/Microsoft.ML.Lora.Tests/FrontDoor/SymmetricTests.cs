namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class SymmetricTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    [DataRow(24, DisplayName = "pairs that fit")]
    [DataRow(8, DisplayName = "pairs that are cut, with an even and an odd number of tokens to share")]
    public void Transform_Symmetric_ScoresBothOrdersTheSame(int maxTokens)
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml, _encoder.Options with { Symmetric = true, MaxTokens = maxTokens });
        TinyPair[] pairs = TinyPairs.Create(200, seed: 4);

        Scored[] given = Scored.Of(_ml, model, _ml.Data.LoadFromEnumerable(pairs));
        Scored[] swapped = Scored.Of(_ml, model, _ml.Data.LoadFromEnumerable(Swap(pairs)));

        Scored.AssertSame(given, swapped);
    }

    [TestMethod]
    public void Transform_NotSymmetric_MakesADifference()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml);
        TinyPair[] pairs = TinyPairs.Create(20);

        Scored[] given = Scored.Of(_ml, model, _ml.Data.LoadFromEnumerable(pairs));
        Scored[] swapped = Scored.Of(_ml, model, _ml.Data.LoadFromEnumerable(Swap(pairs)));

        Assert.IsTrue(given.Zip(swapped).All(rows => rows.First.Score != rows.Second.Score));
    }

    [TestMethod]
    public void Fit_SymmetricAndSwappedRows_GivesTheSameModel()
    {
        LoraSentencePairOptions options = _encoder.Options with { Symmetric = true };
        TinyPair[] pairs = TinyPairs.Create(64);

        LoraSentencePairTransformer given = new LoraSentencePairTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(pairs));
        LoraSentencePairTransformer swapped = new LoraSentencePairTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(Swap(pairs)));

        CollectionAssert.AreEqual(Scored.Probe(_ml, given), Scored.Probe(_ml, swapped));
    }

    private static TinyPair[] Swap(TinyPair[] pairs) =>
        [.. pairs.Select(pair => new TinyPair { Id = pair.Id, Sentence1 = pair.Sentence2, Sentence2 = pair.Sentence1, Label = pair.Label })];
}
