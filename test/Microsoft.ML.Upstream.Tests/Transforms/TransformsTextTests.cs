using Microsoft.ML.Transforms.Text;
using Microsoft.ML.Upstream.Tests.DataView;

namespace Microsoft.ML.Upstream.Tests.Transforms;

[TestClass]
public sealed class TransformsTextTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow("Łódź ǓÉ İ", "łodz ue i")]
    [DataRow("e\u0301 no\u0308n", "e non")]
    [DataRow("Йод ΆΛΦΑ", "иод αλφα")]
    [DataRow("(1) What's up?", "(1) what's up?")]
    [DataRow("", "")]
    [DataRow(null, "")]
    public void NormalizeText_Defaults_LowersLettersAndTakesMarksOut(string? text, string expected) =>
        Assert.AreEqual(expected, Normalize(text));

    [TestMethod]
    public void NormalizeText_PunctuationAndNumbersNotKept_TakesThemOut() =>
        Assert.AreEqual("WHÄTS $ UP ", Normalize("Whät's $ up ½2?", TextNormalizingEstimator.CaseMode.Upper, true, false, false));

    [TestMethod]
    public void NormalizeText_NothingToDo_GivesTheText() =>
        Assert.AreEqual("Whät's up 2?", Normalize("Whät's up 2?", TextNormalizingEstimator.CaseMode.None, true, true, true));

    [TestMethod]
    public void NormalizeText_NumberColumn_Throws()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Numbered() });

        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.Text.NormalizeText("Out", "Number").Fit(data));

        StringAssert.Contains(fault.Message, "Schema mismatch for input column 'Number': expected String or vector of String, got Single");
    }

    private string Normalize(
        string? text,
        TextNormalizingEstimator.CaseMode caseMode = TextNormalizingEstimator.CaseMode.Lower,
        bool keepDiacritics = false,
        bool keepPunctuations = true,
        bool keepNumbers = true)
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Row { Text = text } });
        var estimator = _ml.Transforms.Text.NormalizeText("Out", "Text", caseMode, keepDiacritics, keepPunctuations, keepNumbers);
        return estimator.Fit(data).Transform(data).Texts("Out").Single();
    }

    private sealed class Row
    {
        public string? Text { get; set; }
    }

    private sealed class Numbered
    {
        public float Number { get; set; }
    }
}
