namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class SentenceTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    public void Fit_EmptyAndMissingSentences_CountAsEmptyText()
    {
        float[] empty = Scored.Probe(_ml, Fit(""));
        float[] missing = Scored.Probe(_ml, Fit(null));

        CollectionAssert.AreEqual(empty, missing);
    }

    [TestMethod]
    public void Predict_EmptyAndMissingSentences_ScoreTheSame()
    {
        using PredictionEngine<TinyPair, Scored> engine = _ml.Model.CreatePredictionEngine<TinyPair, Scored>(_encoder.Train(_ml));

        Scored empty = engine.Predict(new TinyPair { Sentence1 = "", Sentence2 = "" });
        Scored missing = engine.Predict(new TinyPair { Sentence1 = null, Sentence2 = null });
        Scored full = engine.Predict(new TinyPair { Sentence1 = "how can i", Sentence2 = "yes" });

        Assert.IsTrue(float.IsFinite(empty.Score));
        Assert.AreEqual(empty.Score, missing.Score);
        Assert.AreNotEqual(empty.Score, full.Score);
    }

    [TestMethod]
    public void Fit_MoreTokensThanPositions_SaysHowManyThereAre()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => _encoder.Train(_ml, _encoder.Options with { MaxTokens = TinyEncoder.Positions + 1 }));

        Assert.AreEqual(
            $"MaxTokens is 25, but encoder '{_encoder.Encoder.Id}' has positions for 24 tokens. Set it to 24 or less.", exception.Message);
    }

    [TestMethod]
    public void Fit_VocabularyThatDoesNotFitTheTable_IsRefused()
    {
        File.AppendAllText(_encoder.VocabularyPath, "another\n");
        int words = 5 + TinyPairs.Words.Count;

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => _encoder.Train(_ml));

        Assert.AreEqual(
            $"{_encoder.Folder}: the vocabulary has {words + 1} entries, but the embedding table of '{_encoder.Encoder.Id}' has {words} rows. "
            + "The vocabulary must come from the same checkpoint as the weights, and be whole.",
            exception.Message);
    }

    [TestMethod]
    public void Fit_LongPairs_AreCountedAndWarnedOf()
    {
        var warnings = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
            {
                warnings.Add(message.RawMessage);
            }
        };

        LoraSentencePairTransformer model = _encoder.Train(_ml, _encoder.Options with { MaxTokens = 12 });

        // 3 special tokens leave 9 words.
        int expected = TinyPairs.Create(64).Count(pair => $"{pair.Sentence1} {pair.Sentence2}".Split(' ').Length > 9);
        Assert.IsGreaterThan(0, expected);
        Assert.AreEqual(expected, model.Summary.TruncatedPairs);
        CollectionAssert.AreEqual(
            new[] { $"{expected} pairs are longer than 12 tokens and lose tokens from the end of their longer sentence. MaxTokens can be up to 24." }, warnings);
    }

    [TestMethod]
    public void Predict_LongSentences_AreCutAsInTraining()
    {
        using PredictionEngine<TinyPair, Scored> engine =
            _ml.Model.CreatePredictionEngine<TinyPair, Scored>(_encoder.Train(_ml, _encoder.Options with { MaxTokens = 8 }));

        Scored whole = engine.Predict(new TinyPair { Sentence1 = "red blue green", Sentence2 = "how can i change" });
        Scored cut = engine.Predict(new TinyPair { Sentence1 = "red blue", Sentence2 = "how can i" });

        Assert.AreEqual(cut.Score, whole.Score);
    }

    private LoraSentencePairTransformer Fit(string? sentence)
    {
        TinyPair[] pairs = TinyPairs.Create(32);
        foreach (TinyPair pair in pairs.Where(pair => pair.Id % 5 == 0))
        {
            pair.Sentence1 = sentence;
        }

        pairs[7].Sentence2 = sentence;
        return new LoraSentencePairTrainer(_ml, _encoder.Options).Fit(_ml.Data.LoadFromEnumerable(pairs));
    }
}
