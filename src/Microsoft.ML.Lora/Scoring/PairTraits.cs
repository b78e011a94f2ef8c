namespace Microsoft.ML.Lora.Scoring;

/// <summary>What a matching score looks at in a pair besides the classifier's logit.</summary>
/// <param name="Area">w, 0 to 1, see <see cref="AreaWeight"/>.</param>
/// <param name="Density">d, above 0 and up to 1, see <see cref="EmbeddingBank.Density"/>.</param>
/// <param name="Location">S_loc, −1 to 1, see <see cref="PositionMatch"/>; <see langword="null"/> if a sentence is empty.</param>
internal readonly record struct PairTraits(float Area, float Density, float? Location)
{
    /// <summary>The distance that <see cref="Density"/> is made of, 0 to 2.</summary>
    public float Distance { get; init; }

    /// <summary>The same with the density that a bank finds in the distance.</summary>
    public PairTraits RankedIn(EmbeddingBank bank) => this with { Density = bank.Density(Distance) };
}
