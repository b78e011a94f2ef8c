namespace Microsoft.ML.Data;

/// <summary>Reads scored rows once and sums their errors. Rows with a label or a score of NaN are left out.</summary>
internal sealed class RegressionEvaluator
{
    private double _rows, _absoluteError, _squaredError, _loss, _labels, _squaredLabels;

    private RegressionEvaluator()
    {
    }

    public static RegressionMetrics Evaluate(IDataView data, string labelName, string scoreName)
    {
        var label = EvaluatedColumns.Find(data.Schema, labelName, "Label");
        var score = EvaluatedColumns.Find(data.Schema, scoreName, "Score");
        EvaluatedColumns.Require(score.Type.Equals(NumberDataViewType.Single), score, "score", "Single");
        EvaluatedColumns.Require(label.Type.Equals(NumberDataViewType.Single), label, "label", "Single");

        var evaluator = new RegressionEvaluator();
        using var cursor = data.GetRowCursor([label, score]);
        var getLabel = cursor.GetGetter<float>(label);
        var getScore = cursor.GetGetter<float>(score);
        float labelValue = 0, scoreValue = 0;
        while (cursor.MoveNext())
        {
            getLabel(ref labelValue);
            getScore(ref scoreValue);
            if (!float.IsNaN(labelValue) && !float.IsNaN(scoreValue))
                evaluator.Add(labelValue, scoreValue);
        }
        return evaluator.ToMetrics();
    }

    private void Add(float label, float score)
    {
        var error = Math.Abs((double)label - score);
        var difference = score - label;
        _rows++;
        _absoluteError += error;
        _squaredError += error * error;
        _loss += difference * difference;
        _labels += label;
        _squaredLabels += label * label;
    }

    private RegressionMetrics ToMetrics()
    {
        if (_rows == 0)
            return new RegressionMetrics(0, 0, 0, 0);
        var deviation = _squaredLabels - (_labels * _labels / _rows);
        return new RegressionMetrics(
            _absoluteError / _rows, _squaredError / _rows, _loss / _rows, deviation == 0 ? double.NaN : 1 - (_squaredError / deviation));
    }
}
