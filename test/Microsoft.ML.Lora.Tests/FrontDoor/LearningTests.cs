namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class LearningTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    [DataRow(ClassificationHead.PretrainedPooler)]
    [DataRow(ClassificationHead.TrainedPooler)]
    [DataRow(ClassificationHead.Dense)]
    public void Fit_EasyPairs_LearnsThem(ClassificationHead head)
    {
        var trainer = new LoraSentencePairTrainer(_ml, _encoder.Options with
        {
            Head = head,
            Targets = LoraTargets.All,
            Rank = 4,
            Alpha = 8,
            Epochs = 6,
            BatchSize = 16,
        });

        LoraSentencePairTransformer model = trainer.Fit(TinyPairs.Data(_ml, 600));

        var metrics = _ml.BinaryClassification.Evaluate(model.Transform(TinyPairs.Data(_ml, 300, seed: 2)));
        Assert.IsGreaterThan(0.9, metrics.Accuracy);
    }

    [TestMethod]
    public void Fit_HeadAlone_LearnsLessThanWithUpdates()
    {
        LoraSentencePairOptions options = _encoder.Options with { Epochs = 6, BatchSize = 16 };

        double LossOf(LoraTargets targets)
        {
            LoraSentencePairTransformer model = new LoraSentencePairTrainer(_ml, options with { Targets = targets }).Fit(TinyPairs.Data(_ml, 600));
            return _ml.BinaryClassification.Evaluate(model.Transform(TinyPairs.Data(_ml, 300, seed: 2))).LogLoss;
        }

        Assert.IsLessThan(LossOf(LoraTargets.None), LossOf(LoraTargets.QueryAndValue));
    }
}
