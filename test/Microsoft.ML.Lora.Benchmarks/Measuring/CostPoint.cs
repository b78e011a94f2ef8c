namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>What was found at one point of a sweep.</summary>
/// <param name="Sweep">What grows.</param>
/// <param name="Encoder">The encoder's name.</param>
/// <param name="Value">The value it has.</param>
/// <param name="MeanTokens">Tokens of a pair.</param>
/// <param name="Training">Pairs per second.</param>
/// <param name="TrainingFloor">Pairs per second that products alone would allow.</param>
/// <param name="Scoring">Pairs per second, weights merged.</param>
/// <param name="ScoringFloor">Pairs per second that products alone would allow.</param>
internal sealed record CostPoint(
    string Sweep, string Encoder, int Value, double MeanTokens, double Training, double TrainingFloor, double Scoring, double ScoringFloor)
{
    /// <summary>The same, with its floors, so far at 1 GFLOP/s, at the rate of a product on one core.</summary>
    public CostPoint WithFloorAt(double gigaflops) =>
        this with { TrainingFloor = TrainingFloor * gigaflops, ScoringFloor = ScoringFloor * gigaflops };
}
