namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class LabelTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    public void Fit_EveryTypeOfLabel_GivesTheSameModel()
    {
        float[] expected = Scored.Probe(_ml, Fit(pair => pair.Label));

        CollectionAssert.AreEqual(expected, Scored.Probe(_ml, Fit(pair => pair.Label ? 1f : 0f)));
        CollectionAssert.AreEqual(expected, Scored.Probe(_ml, Fit(pair => pair.Label ? 1.0 : 0.0)));
        CollectionAssert.AreEqual(expected, Scored.Probe(_ml, Fit(pair => (sbyte)(pair.Label ? 1 : 0))));
        CollectionAssert.AreEqual(expected, Scored.Probe(_ml, Fit(pair => (short)(pair.Label ? 1 : 0))));
        CollectionAssert.AreEqual(expected, Scored.Probe(_ml, Fit(pair => pair.Label ? 1 : 0)));
        CollectionAssert.AreEqual(expected, Scored.Probe(_ml, Fit(pair => pair.Label ? 1L : 0L)));
        CollectionAssert.AreEqual(expected, Scored.Probe(_ml, Fit(pair => (byte)(pair.Label ? 1 : 0))));
        CollectionAssert.AreEqual(expected, Scored.Probe(_ml, Fit(pair => (ushort)(pair.Label ? 1 : 0))));
        CollectionAssert.AreEqual(expected, Scored.Probe(_ml, Fit(pair => pair.Label ? 1u : 0u)));
        CollectionAssert.AreEqual(expected, Scored.Probe(_ml, Fit(pair => pair.Label ? 1ul : 0ul)));
    }

    [TestMethod]
    [DataRow(float.NaN, "NaN")]
    [DataRow(2f, "2")]
    [DataRow(-1f, "-1")]
    [DataRow(0.5f, "0.5")]
    public void Fit_LabelNeitherZeroNorOne_NamesTheRow(float label, string shown)
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => Fit(pair => pair.Id == 5 ? label : pair.Id % 2));

        Assert.AreEqual(
            $"Column 'Label' has the value {shown} in row 5 (counted from 0) of the training data. "
            + "A label must be 0 or 1, or false or true; drop rows whose label is missing.",
            exception.Message);
    }

    [TestMethod]
    public void Fit_LabelOfValidationRowNeitherZeroNorOne_SaysWhichData()
    {
        IDataView train = Row.Data(_ml, 8, pair => (float)(pair.Id % 2), pair => 0);
        IDataView validation = Row.Data(_ml, 8, pair => (float)pair.Id, pair => 0);

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => Trainer().Fit(train, validation));

        Assert.AreEqual(
            "Column 'Label' has the value 2 in row 2 (counted from 0) of the validation data. "
            + "A label must be 0 or 1, or false or true; drop rows whose label is missing.",
            exception.Message);
    }

    [TestMethod]
    [DataRow(true, "true")]
    [DataRow(false, "false")]
    public void Fit_OneClassOnly_SaysWhich(bool label, string shown)
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => Fit(_ => label));

        Assert.AreEqual(
            $"All 16 rows to train on have 'Label' = {shown}. Learning to tell pairs apart needs rows of both classes. (Parameter 'rows')",
            exception.Message);
    }

    private LoraSentencePairTrainer Trainer() => new(_ml, _encoder.Options);

    private LoraSentencePairTransformer Fit<TLabel>(Func<TinyPair, TLabel> label) => Trainer().Fit(Row.Data(_ml, 16, label, _ => 0));
}
