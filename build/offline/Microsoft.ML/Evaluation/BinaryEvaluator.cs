namespace Microsoft.ML.Data;

/// <summary>Reads scored rows once and counts them. Rows without a label (NaN) or with a score that is not finite are left out.</summary>
internal sealed class BinaryEvaluator
{
    private readonly BinaryCounts _counts = new();
    private readonly ScoreRanking _ranking = new();

    private BinaryEvaluator()
    {
    }

    public static CalibratedBinaryClassificationMetrics Evaluate(
        IDataView data, string labelName, string scoreName, string probabilityName, string predictedLabelName)
    {
        var evaluator = new BinaryEvaluator();
        evaluator.Read(data, labelName, scoreName, probabilityName, predictedLabelName);
        return new CalibratedBinaryClassificationMetrics(evaluator._counts, evaluator._ranking);
    }

    public static BinaryClassificationMetrics EvaluateNonCalibrated(
        IDataView data, string labelName, string scoreName, string predictedLabelName)
    {
        var evaluator = new BinaryEvaluator();
        evaluator.Read(data, labelName, scoreName, null, predictedLabelName);
        return new BinaryClassificationMetrics(evaluator._counts, evaluator._ranking);
    }

    private void Read(IDataView data, string labelName, string scoreName, string? probabilityName, string predictedLabelName)
    {
        var label = EvaluatedColumns.Find(data.Schema, labelName, "Label");
        var score = EvaluatedColumns.Find(data.Schema, scoreName, "Score");
        DataViewSchema.Column? probability =
            probabilityName is null ? null : EvaluatedColumns.Find(data.Schema, probabilityName, "Probability");
        // The predicted label must be there, but a score above 0 is what decides.
        _ = EvaluatedColumns.Find(data.Schema, predictedLabelName, "PredictedLabel");
        EvaluatedColumns.Require(score.Type.Equals(NumberDataViewType.Single), score, "score", "Single");
        EvaluatedColumns.Require(IsBinaryLabel(label.Type), label, "label", "Single, Double, Boolean, or a Key with cardinality 2");
        if (probability is { } column)
            EvaluatedColumns.Require(column.Type.Equals(NumberDataViewType.Single), column, "probability", "Single");

        using var cursor = data.GetRowCursor(probability is { } active ? [label, score, active] : [label, score]);
        var getLabel = LabelReader.Create(cursor, label);
        var getScore = cursor.GetGetter<float>(score);
        var getProbability = probability is { } given ? cursor.GetGetter<float>(given) : null;
        float labelValue = 0, scoreValue = 0, probabilityValue = float.NaN;
        while (cursor.MoveNext())
        {
            getLabel(ref labelValue);
            getScore(ref scoreValue);
            getProbability?.Invoke(ref probabilityValue);
            if (!float.IsFinite(scoreValue) || float.IsNaN(labelValue))
                continue;
            _counts.Add(labelValue > 0, scoreValue, probabilityValue);
            _ranking.Add(labelValue > 0, scoreValue);
        }
    }

    private static bool IsBinaryLabel(DataViewType type) =>
        type.Equals(NumberDataViewType.Single) || type.Equals(NumberDataViewType.Double) || type.Equals(BooleanDataViewType.Instance)
        || type is KeyDataViewType { Count: 2 };
}
