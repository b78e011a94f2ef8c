using Microsoft.ML.Lora.Tests.Training;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>Calibration of scored data.</summary>
[TestClass]
public sealed class CalibrationTests
{
    // Probabilities are stored as floats.
    private const double Rounding = 1e-6;

    private readonly MLContext _ml = new();

    [TestMethod]
    public void EvaluateCalibration_ScoredRows_AgreesWithEvaluate()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(ScoredRows.Random(500, seed: 4));

        CalibrationMetrics found = _ml.BinaryClassification.EvaluateCalibration(data);

        Assert.AreEqual(_ml.BinaryClassification.Evaluate(data).LogLoss, found.LogLoss / Math.Log(2), Rounding);
        Assert.HasCount(15, found.Bins);
        Assert.IsTrue(found.ExpectedCalibrationError is > 0 and < 1);
        CollectionAssert.AreEqual(found.Bins.OrderBy(bin => bin.MeanProbability).ToArray(), found.Bins.ToArray());
    }

    [TestMethod]
    public void EvaluateCalibration_WrongColumns_AreAllNamed()
    {
        IDataView data = _ml.Data.LoadFromEnumerable([new { Label = "yes", Chance = 0.5 }]);

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => _ml.BinaryClassification.EvaluateCalibration(data, probabilityColumnName: "Chance"));

        StringAssert.StartsWith(
            exception.Message,
            "The scored data does not fit: Column 'Label' (labelColumnName) must be bool, or a number that is 0 or 1, but is String. "
            + "Column 'Chance' (probabilityColumnName) must be a float, but is Double. Its columns are: Label, Chance.",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void EvaluateCalibration_BadValues_AreNamed()
    {
        AssertRefused("Column 'Probability' has the value 1.5 in row 1 (counted from 0) of the scored data. A probability must be from 0 to 1.", (1, 0.5f), (0, 1.5f));
        AssertRefused("Column 'Probability' has the value NaN in row 0 (counted from 0) of the scored data. A probability must be from 0 to 1.", (1, float.NaN));
        AssertRefused("Column 'Label' has the value 2 in row 0 (counted from 0) of the scored data. A label must be 0 or 1, or false or true; drop rows whose label is missing.", (2, 0.5f));
        AssertRefused("The scored data has no rows.");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.BinaryClassification.EvaluateCalibration(View((1, 0.5f)), bins: 0));
    }

    [TestMethod]
    [DataRow(null, "Probability", "labelColumnName")]
    [DataRow("Label", null, "probabilityColumnName")]
    [DataRow("Label", "", "probabilityColumnName")]
    public void EvaluateCalibration_NoColumnName_NamesTheParameter(string? label, string? probability, string parameter)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => _ml.BinaryClassification.EvaluateCalibration(View((1, 0.5f)), label!, probability!));

        Assert.AreEqual(parameter, exception.ParamName);
    }

    private void AssertRefused(string message, params (int Label, float Probability)[] rows)
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => _ml.BinaryClassification.EvaluateCalibration(View(rows)));

        StringAssert.StartsWith(exception.Message, message, StringComparison.Ordinal);
    }

    private IDataView View(params (int Label, float Probability)[] rows) =>
        _ml.Data.LoadFromEnumerable(rows.Select(row => new Row { Label = row.Label, Probability = row.Probability }));

    private sealed class Row
    {
        public int Label { get; set; }

        public float Probability { get; set; }
    }
}
