using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>What a trained model finds in pairs, kept so that many ways of scoring are measured after one training.</summary>
/// <param name="Logits">The classifier's logit of each pair.</param>
/// <param name="Traits">What matching scores look at besides.</param>
/// <param name="Labels">The class of each pair.</param>
internal sealed record ObservedPairs(float[] Logits, PairTraits[] Traits, int[] Labels)
{
    /// <summary>The same with other traits.</summary>
    public ObservedPairs With(Func<PairTraits, PairTraits> change) => this with { Traits = [.. Traits.Select(change)] };

    /// <summary>What some constants make of the pairs.</summary>
    public CalibrationFigures FiguresOf(MatchingConstants constants) =>
        CalibrationFigures.Of([.. Logits.Select((logit, i) => MatchingFormula.Score(constants, logit, Traits[i]))], Labels);
}
