using System.Globalization;
using System.Text;

namespace Microsoft.ML.Data;

/// <summary>Formats a confusion matrix the way ML.NET prints it, character for character in the invariant culture.</summary>
/// <remarks>Class names longer than a column give way to their indices in the heading, and the rows then show both.</remarks>
internal sealed class ConfusionTable
{
    private const string TruthHeading = "TRUTH", PredictedHeading = "PREDICTED", PrecisionHeading = "Precision";

    private readonly ConfusionMatrix _matrix;
    private readonly string[] _classNames;
    private readonly bool _isBinary;
    private readonly bool _isIndexed;
    private readonly int _columnWidth;
    private readonly int _headingWidth;
    private readonly int _indexWidth;
    private readonly StringBuilder _text = new();

    public ConfusionTable(ConfusionMatrix matrix, string[] classNames, bool isBinary)
    {
        _matrix = matrix;
        _classNames = classNames;
        _isBinary = isBinary;
        _columnWidth = matrix.NumberOfClasses == 2 ? 8 : 5;
        var nameWidth = classNames.Max(name => name.Length);
        _isIndexed = nameWidth > _columnWidth;
        _indexWidth = $"{classNames.Length - 1}".Length;
        _headingWidth = Math.Max(PredictedHeading.Length, _isIndexed ? nameWidth + _indexWidth + ". ".Length : nameWidth);
    }

    public string Format()
    {
        if (_isBinary)
            AppendPositiveRatio();
        _text.AppendLine();
        _text.AppendLine("Confusion table");
        AppendRule(string.Empty);
        AppendHeading();
        AppendRule(TruthHeading);
        for (var actual = 0; actual < _classNames.Length; actual++)
            AppendRow(actual);
        AppendRule(string.Empty);
        AppendPrecision();
        return _text.ToString();
    }

    private void AppendPositiveRatio()
    {
        var positives = _matrix.Counts[0].Sum();
        var negatives = _matrix.Counts[1].Sum();
        _text.Append(
            CultureInfo.CurrentCulture,
            $"TEST POSITIVE RATIO:\t{positives / (positives + negatives):N4} ({positives:F1}/({positives:F1}+{negatives:F1}))");
    }

    private void AppendRule(string title)
    {
        AppendLeft(title);
        var dashes = _classNames.Length > 2 ? 8 : 11;
        _text.Append('=', dashes * _classNames.Length).AppendLine();
    }

    private void AppendHeading()
    {
        AppendLeft(PredictedHeading);
        for (var index = 0; index < _classNames.Length; index++)
            _text.Append(' ').Append((_isIndexed ? $"{index}" : _classNames[index]).PadLeft(_columnWidth)).Append(" |");
        _text.AppendLine(" Recall");
    }

    private void AppendRow(int actual)
    {
        if (_isIndexed)
            _text.Append(
                $"{actual}".PadLeft(_indexWidth)).Append(". ").Append(_classNames[actual].PadLeft(_headingWidth - _indexWidth - 2));
        else
            _text.Append(_classNames[actual].PadLeft(_headingWidth));
        _text.Append(" ||");
        foreach (var count in _matrix.Counts[actual])
            _text.Append(' ').Append(count.ToString("N0", CultureInfo.CurrentCulture).PadLeft(_columnWidth)).Append(" |");
        _text.Append(' ').AppendLine(_matrix.PerClassRecall[actual].ToString("F4", CultureInfo.CurrentCulture).PadLeft(5));
    }

    private void AppendPrecision()
    {
        AppendLeft(PrecisionHeading);
        foreach (var precision in _matrix.PerClassPrecision)
            _text.Append(precision.ToString("N4", CultureInfo.CurrentCulture).PadLeft(_columnWidth + 1)).Append(" |");
        _text.AppendLine();
    }

    private void AppendLeft(string title) => _text.Append(title.PadRight(_headingWidth)).Append(" ||");
}
