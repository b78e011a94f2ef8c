using System.Globalization;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Reads predicted probabilities with their labels from scored data.</summary>
internal static class PredictionReader
{
    /// <summary>Reads all rows.</summary>
    /// <param name="data">Scored data.</param>
    /// <param name="labelName">The label's column.</param>
    /// <param name="probabilityName">The predicted probability's column.</param>
    /// <returns>Probabilities, and classes that are 0 or 1.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type, there are no rows, or a value is out of its range.</exception>
    public static (float[] Probabilities, int[] Labels) Read(IDataView data, string labelName, string probabilityName)
    {
        InputCheck.ForCalibration(data.Schema, labelName, probabilityName);
        DataViewSchema.Column label = data.Schema[labelName];
        DataViewSchema.Column probability = data.Schema[probabilityName];
        var probabilities = new List<float>();
        var labels = new List<int>();
        using DataViewRowCursor cursor = data.GetRowCursor([label, probability]);
        Func<double> labelOf = LabelColumn.Reader(cursor, label);
        ValueGetter<float> probabilityOf = cursor.GetGetter<float>(probability);
        float value = 0;
        while (cursor.MoveNext())
        {
            labels.Add(LabelColumn.ClassOf(labelOf(), labels.Count, labelName, "scored"));
            probabilityOf(ref value);
            probabilities.Add(value is >= 0 and <= 1 ? value : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"Column '{probabilityName}' has the value {value} in row {probabilities.Count} (counted from 0) of the scored data. A probability must be from 0 to 1."),
                nameof(data)));
        }

        return labels.Count > 0 ? ([.. probabilities], [.. labels]) : throw new ArgumentException("The scored data has no rows.", nameof(data));
    }
}
