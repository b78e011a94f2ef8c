using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class InputColumnsTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    public void Fit_AllColumnsMissing_NamesEachWithItsOption()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new Unrelated() });
        var trainer = new LoraSentencePairTrainer(_ml, _encoder.Options with { GroupColumnName = "Topic", ValidationFraction = 0.2f });

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => trainer.Fit(data));

        Assert.AreEqual(
            "The training data does not fit: Column 'Sentence1' (FirstSentenceColumnName) is missing; it must be text. "
            + "Column 'Sentence2' (SecondSentenceColumnName) is missing; it must be text. "
            + "Column 'Label' (LabelColumnName) is missing; it must be bool, or a number that is 0 or 1. "
            + "Column 'Topic' (GroupColumnName) is missing; it must be text, a number or a key. "
            + "Its columns are: First, Second. (Parameter 'input')",
            exception.Message);
    }

    [TestMethod]
    public void Fit_ColumnsOfOtherTypes_NamesEachWithBothTypes()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new WrongTypes() });

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new LoraSentencePairTrainer(_ml, _encoder.Options).Fit(data));

        Assert.AreEqual(
            "The training data does not fit: Column 'Sentence1' (FirstSentenceColumnName) must be text, but is Single. "
            + "Column 'Sentence2' (SecondSentenceColumnName) must be text, but is Vector<Single, 3>. "
            + "Column 'Label' (LabelColumnName) must be bool, or a number that is 0 or 1, but is String. "
            + "Its columns are: Sentence1, Sentence2, Label. (Parameter 'input')",
            exception.Message);
    }

    [TestMethod]
    public void Fit_KeyAsLabel_IsRefused()
    {
        IDataView data = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyPairs.Data(_ml, 8)).Transform(TinyPairs.Data(_ml, 8));

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new LoraSentencePairTrainer(_ml, _encoder.Options).Fit(data));

        StringAssert.Contains(
            exception.Message, "Column 'Label' (LabelColumnName) must be bool, or a number that is 0 or 1, but is Key<UInt32, 0-1>.", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Fit_InsideAPipeline_FindsTheFaultBeforeAnythingRuns()
    {
        var view = new MemoryView(TinyPairs.Create(8));
        var pipeline = _ml.Transforms.CopyColumns("Copy", "Sentence1")
            .Append(new LoraSentencePairTrainer(_ml, _encoder.Options with { SecondSentenceColumnName = "Other", LabelColumnName = "Copy" }));

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => pipeline.Fit(view));

        Assert.AreEqual(
            "The training data does not fit: Column 'Other' (SecondSentenceColumnName) is missing; it must be text. "
            + "Column 'Copy' (LabelColumnName) must be bool, or a number that is 0 or 1, but is String. "
            + "Its columns are: Id, Sentence1, Sentence2, Label, Copy. (Parameter 'inputSchema')",
            exception.Message);
        Assert.IsEmpty(view.Opened);
    }

    [TestMethod]
    public void Fit_InsideAPipelineWithVectorAndKey_SaysSo()
    {
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(new LoraSentencePairTrainer(_ml, _encoder.Options with { SecondSentenceColumnName = "Numbers" }));
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new WithVector() });

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => pipeline.Fit(data));

        Assert.AreEqual(
            "The training data does not fit: Column 'Numbers' (SecondSentenceColumnName) must be text, but is a vector of Single. "
            + "Column 'Label' (LabelColumnName) must be bool, or a number that is 0 or 1, but is a key (UInt32). "
            + "Its columns are: Sentence1, Numbers, Label. (Parameter 'inputSchema')",
            exception.Message);
    }

    [TestMethod]
    public void Fit_ValidationSetWithoutAColumn_IsRefused()
    {
        IDataView validation = _ml.Transforms.DropColumns("Sentence2").Fit(TinyPairs.Data(_ml, 8)).Transform(TinyPairs.Data(_ml, 8));

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => new LoraSentencePairTrainer(_ml, _encoder.Options).Fit(TinyPairs.Data(_ml, 8), validation));

        Assert.AreEqual(
            "The validation data does not fit: Column 'Sentence2' (SecondSentenceColumnName) is missing; it must be text. "
            + "Its columns are: Id, Sentence1, Label. (Parameter 'validation')",
            exception.Message);
    }

    [TestMethod]
    public void Fit_NoRows_SaysWhichData()
    {
        var trainer = new LoraSentencePairTrainer(_ml, _encoder.Options);

        ArgumentException train = Assert.ThrowsExactly<ArgumentException>(() => trainer.Fit(TinyPairs.Data(_ml, 0)));
        ArgumentException validation = Assert.ThrowsExactly<ArgumentException>(() => trainer.Fit(TinyPairs.Data(_ml, 8), TinyPairs.Data(_ml, 0)));

        Assert.AreEqual("The training data has no rows. (Parameter 'data')", train.Message);
        Assert.AreEqual("The validation data has no rows. (Parameter 'data')", validation.Message);
    }

    [TestMethod]
    public void Fit_OtherColumnNames_ReadsThem()
    {
        IDataView data = Renamed(TinyPairs.Data(_ml, 64));
        LoraSentencePairOptions options = _encoder.Options with { FirstSentenceColumnName = "a", SecondSentenceColumnName = "b", LabelColumnName = "same" };

        LoraSentencePairTransformer model = new LoraSentencePairTrainer(_ml, options).Fit(data);

        float[] scores = [.. Scored.Of(_ml, model, Renamed(TinyPairs.Data(_ml, 12, seed: 77))).Select(row => row.Score)];
        CollectionAssert.AreEqual(Scored.Probe(_ml, _encoder.Train(_ml)), scores);
    }

    [TestMethod]
    public void Transform_SentenceColumnMissing_IsRefused()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml);
        IDataView data = _ml.Transforms.DropColumns("Sentence1").Fit(TinyPairs.Data(_ml, 2)).Transform(TinyPairs.Data(_ml, 2));

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => model.Transform(data));

        Assert.AreEqual(
            "The data does not fit: Column 'Sentence1' (FirstSentenceColumnName) is missing; it must be text. "
            + "Its columns are: Id, Sentence2, Label. (Parameter 'inputSchema')",
            exception.Message);
        Assert.ThrowsExactly<ArgumentException>(() => model.GetOutputSchema(data.Schema));
        Assert.ThrowsExactly<ArgumentException>(() => model.GetRowToRowMapper(data.Schema));
    }

    private IDataView Renamed(IDataView data) => _ml.Transforms.CopyColumns("a", "Sentence1")
        .Append(_ml.Transforms.CopyColumns("b", "Sentence2"))
        .Append(_ml.Transforms.CopyColumns("same", "Label"))
        .Append(_ml.Transforms.DropColumns("Sentence1", "Sentence2", "Label"))
        .Fit(data).Transform(data);

    private sealed class Unrelated
    {
        public string First { get; set; } = "";

        public string Second { get; set; } = "";
    }

    private sealed class WrongTypes
    {
        public float Sentence1 { get; set; }

        [VectorType(3)]
        public float[] Sentence2 { get; set; } = [1, 2, 3];

        public string Label { get; set; } = "";
    }

    private sealed class WithVector
    {
        public string Sentence1 { get; set; } = "";

        [VectorType(3)]
        public float[] Numbers { get; set; } = [1, 2, 3];

        public string Label { get; set; } = "a";
    }
}
