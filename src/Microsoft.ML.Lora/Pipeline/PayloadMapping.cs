using Microsoft.ML.Transforms;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Scores rows with the model that the rows themselves carry. Made again by ML.NET, under its contract's name, when a zip is loaded.</summary>
[CustomMappingFactoryAttribute(Contract)]
internal sealed class PayloadMapping : CustomMappingFactory<PayloadRow, ScoredPair>
{
    /// <summary>The name that stands in the zip.</summary>
    public const string Contract = "LoraMl.SentencePair";

    /// <inheritdoc/>
    public override Action<PayloadRow, ScoredPair> GetMapping()
    {
        var cache = new PayloadCache();
        return (row, output) =>
        {
            PairModel model = cache.ModelOf(row.Payload);
            float score = model.Score([model.Encode(row.First.Span, row.Second.Span)])[0];
            output.Score = score;
            output.Probability = PairModel.ProbabilityOf(score);
            output.PredictedLabel = model.Decide(score);
        };
    }
}
