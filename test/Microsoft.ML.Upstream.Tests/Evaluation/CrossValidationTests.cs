using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Upstream.Tests.Evaluation;

[TestClass]
public sealed class CrossValidationTests
{
    private const int RowCount = 300;
    private const int FoldCount = 4;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void CrossValidate_AnyRows_TestsEachRowInOneFold()
    {
        var results = _ml.BinaryClassification.CrossValidate(Rows(), Scorer(), FoldCount);

        CollectionAssert.AreEqual(Enumerable.Range(0, FoldCount).ToArray(), results.Select(result => result.Fold).ToArray());
        CollectionAssert.AreEqual(
            Enumerable.Range(0, RowCount).ToArray(),
            results.SelectMany(result => result.ScoredHoldOutSet.GetColumn<int>(nameof(Question.Id))).Order().ToArray());
    }

    [TestMethod]
    public void CrossValidate_EachFold_HasTheMetricsOfItsScoredRows()
    {
        var results = _ml.BinaryClassification.CrossValidate(Rows(), Scorer(), FoldCount);

        foreach (var result in results)
        {
            var expected = _ml.BinaryClassification.Evaluate(result.ScoredHoldOutSet);
            Assert.AreEqual(expected.Accuracy, result.Metrics.Accuracy);
            Assert.AreEqual(expected.LogLoss, result.Metrics.LogLoss);
        }
    }

    [TestMethod]
    public void CrossValidate_EachFold_TrainsOnTheOtherRows()
    {
        var recorder = new RecordingEstimator(Scorer());

        var results = _ml.BinaryClassification.CrossValidateNonCalibrated(Rows(), recorder, FoldCount);

        Assert.HasCount(FoldCount, recorder.TrainedIds);
        for (var fold = 0; fold < FoldCount; fold++)
        {
            var tested = results[fold].ScoredHoldOutSet.GetColumn<int>(nameof(Question.Id));
            CollectionAssert.AreEqual(Enumerable.Range(0, RowCount).Except(tested).ToArray(), recorder.TrainedIds[fold]);
            Assert.AreSame(recorder.Models[fold], results[fold].Model);
        }
    }

    [TestMethod]
    public void CrossValidate_SamplingKey_KeepsGroupsInOneFold()
    {
        var results =
            _ml.BinaryClassification.CrossValidateNonCalibrated(Rows(), Scorer(), FoldCount, samplingKeyColumnName: nameof(Question.Group));

        var groupsByFold = results.Select(result => result.ScoredHoldOutSet.GetColumn<string>(nameof(Question.Group)).Distinct()).ToArray();
        CollectionAssert.AllItemsAreUnique(groupsByFold.SelectMany(groups => groups).ToArray());
    }

    [TestMethod]
    public void CrossValidate_OneFold_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.BinaryClassification.CrossValidate(Rows(), Scorer(), 1));

        Assert.Contains("Must be more than 1", error.Message);
    }

    [TestMethod]
    public void CrossValidate_FoldOfOneClass_Throws()
    {
        var data =
            _ml.Data.LoadFromEnumerable(Enumerable.Range(0, RowCount).Select(index => new Question { Id = index, Label = index == 0 }));

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.BinaryClassification.CrossValidate(data, Scorer(), FoldCount));

        Assert.Contains("AUC is not defined when there is no positive class in the data", error.Message);
    }

    [TestMethod]
    public void CrossValidate_Regression_EvaluatesEachFold()
    {
        var scorer = _ml.Transforms.CustomMapping<Question, Estimate>((input, output) => output.Score = input.Id, contractName: null);

        var results = _ml.Regression.CrossValidate(Rows(), scorer, FoldCount, labelColumnName: nameof(Question.Number));

        foreach (var result in results)
            Assert.AreEqual(0.5, result.Metrics.MeanAbsoluteError);
    }

    private IDataView Rows() => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, RowCount).Select(
        index => new Question { Id = index, Group = $"group {index / 5}", Label = index % 3 == 0, Number = index + 0.5f }).ToArray());

    private CustomMappingEstimator<Question, Scored> Scorer() => _ml.Transforms.CustomMapping<Question, Scored>(Score, contractName: null);

    private static void Score(Question input, Scored output)
    {
        output.Score = (input.Id % 7) - 3;
        output.Probability = 1 / (1 + MathF.Exp(-output.Score));
        output.PredictedLabel = output.Score > 0;
    }

    internal sealed class Question
    {
        public int Id { get; set; }

        public string Group { get; set; } = "";

        public bool Label { get; set; }

        public float Number { get; set; }
    }

    internal sealed class Scored
    {
        public float Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }

    internal sealed class Estimate
    {
        public float Score { get; set; }
    }

    /// <summary>Notes what it was trained on and what came of it.</summary>
    private sealed class RecordingEstimator(IEstimator<ITransformer> inner) : IEstimator<ITransformer>
    {
        public List<int[]> TrainedIds { get; } = [];

        public List<ITransformer> Models { get; } = [];

        public ITransformer Fit(IDataView input)
        {
            TrainedIds.Add([.. input.GetColumn<int>(nameof(Question.Id))]);
            Models.Add(inner.Fit(input));
            return Models[^1];
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inner.GetOutputSchema(inputSchema);
    }
}
