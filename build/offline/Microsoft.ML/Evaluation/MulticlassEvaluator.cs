namespace Microsoft.ML.Data;

/// <summary>
/// Reads rows of score vectors once and counts them. Rows without a label (NaN), with a label that is negative or not whole, or
/// with a score that is not finite are left out.
/// </summary>
internal static class MulticlassEvaluator
{
    private const string SlotNames = "SlotNames";

    public static MulticlassClassificationMetrics Evaluate(
        IDataView data, string labelName, string scoreName, string predictedLabelName, int topKPredictionCount)
    {
        var label = EvaluatedColumns.Find(data.Schema, labelName, "Label");
        var score = EvaluatedColumns.Find(data.Schema, scoreName, "Score");
        // The predicted label must be there, but the highest score is what decides.
        _ = EvaluatedColumns.Find(data.Schema, predictedLabelName, "PredictedLabel");
        var vector = score.Type as VectorDataViewType;
        EvaluatedColumns.Require(
            vector is { Size: >= 2 } && vector.ItemType.Equals(NumberDataViewType.Single),
            score,
            "score",
            "vector of two or more items of type Single");
        EvaluatedColumns.Require(
            label.Type.Equals(NumberDataViewType.Single) || label.Type is KeyDataViewType, label, "label", "Single or Key");

        var counts = Count(data, label, score, vector!.Size);
        return new MulticlassClassificationMetrics(counts, ClassNames(score, vector.Size), topKPredictionCount);
    }

    private static MulticlassCounts Count(IDataView data, DataViewSchema.Column label, DataViewSchema.Column score, int classCount)
    {
        var counts = new MulticlassCounts(classCount);
        using var cursor = data.GetRowCursor([label, score]);
        var getLabel = LabelReader.Create(cursor, label);
        var getScores = cursor.GetGetter<VBuffer<float>>(score);
        var scores = new float[classCount];
        VBuffer<float> buffer = default;
        float labelValue = 0;
        while (cursor.MoveNext())
        {
            getLabel(ref labelValue);
            if (float.IsNaN(labelValue) || labelValue < 0 || labelValue != (int)labelValue)
                continue;
            getScores(ref buffer);
            if (buffer.Length != classCount)
                throw new InvalidOperationException($"Column '{score.Name}' gave {buffer.Length} scores, but its type says {classCount}.");
            buffer.CopyTo(scores);
            if (scores.All(float.IsFinite))
                counts.Add((int)labelValue, scores);
        }
        return counts;
    }

    /// <summary>The names on the score column's slots, or else the class indices.</summary>
    private static string[] ClassNames(DataViewSchema.Column score, int classCount)
    {
        var type = score.Annotations.Schema.GetColumnOrNull(SlotNames)?.Type;
        if (type is not VectorDataViewType { IsKnownSize: true, ItemType: TextDataViewType })
            return [.. Enumerable.Range(0, classCount).Select(index => $"{index}")];
        VBuffer<ReadOnlyMemory<char>> names = default;
        score.Annotations.GetValue(SlotNames, ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
