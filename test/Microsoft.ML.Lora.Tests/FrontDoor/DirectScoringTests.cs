namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>Scoring without a data view.</summary>
[TestClass]
public sealed class DirectScoringTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Score_PairsAloneAndTogether_GiveTheScoresOfTransform(bool symmetric)
    {
        TinyPair[] rows = TinyPairs.Create(50, seed: 4);
        IDataView data = _ml.Data.LoadFromEnumerable(rows);
        LoraSentencePairTransformer model = new LoraSentencePairTrainer(_ml, _encoder.Options with { Symmetric = symmetric }).Fit(data);
        float[] expected = [.. Scored.Of(_ml, model, data).Select(row => row.Score)];

        float[] together = model.Score([.. rows.Select(row => (row.Sentence1!, row.Sentence2!))]);
        float[] alone = [.. rows.Select(row => model.Score(row.Sentence1!, row.Sentence2!))];

        CollectionAssert.AreEqual(expected, together);
        CollectionAssert.AreEqual(expected, alone);
    }

    [TestMethod]
    public void Score_EmptySentencesOrNoPairs_AreLegal()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml);

        Assert.IsTrue(float.IsFinite(model.Score("", "")));
        Assert.IsEmpty(model.Score([]));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Score_MissingSentence_IsNamed(bool symmetric)
    {
        LoraSentencePairTransformer model = new LoraSentencePairTrainer(_ml, _encoder.Options with { Symmetric = symmetric }).Fit(TinyPairs.Data(_ml, 20));

        Assert.AreEqual("second", Assert.ThrowsExactly<ArgumentNullException>(() => model.Score("a", null!)).ParamName);
        ArgumentException first = Assert.ThrowsExactly<ArgumentException>(() => model.Score([("a", "b"), (null!, "b")]));
        ArgumentException second = Assert.ThrowsExactly<ArgumentException>(() => model.Score([("a", "b"), ("b", null!)]));
        Assert.AreEqual("The first sentence of pair 1 is null; it may be empty, but not null. (Parameter 'pairs')", first.Message);
        Assert.AreEqual("The second sentence of pair 1 is null; it may be empty, but not null. (Parameter 'pairs')", second.Message);
    }
}
