namespace Microsoft.ML.Lora;

/// <summary>The constants of a model's <see cref="MatchingScore"/>.</summary>
public sealed record MatchingConstants
{
    /// <summary>The formula they belong to.</summary>
    public required MatchingForm Form { get; init; }

    /// <summary>The validation pairs they were fitted on; 0 where they were given, or could not be fitted and leave the classifier's logit as it is.</summary>
    public int FittedPairs { get; init; }

    /// <summary>κ: what the classifier's logit is multiplied by. Above 0.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>u: how much the bracket of area weight and density counts. From 0 to 1.</summary>
    public double BracketWeight { get; init; }

    /// <summary>a: the area weight's share of the bracket, and 1 − a density's. From 0 to 1.</summary>
    public double AreaMix { get; init; }

    /// <summary>b: how much the match of positions counts.</summary>
    public double LocationWeight { get; init; }

    /// <summary>c: the match of positions that counts as none, its mean over the bank; 0 in the paper's form.</summary>
    public double LocationCentre { get; init; }

    /// <summary>v: how much it counts that sentences differ in length, by the area weight less 1. Of either sign: below 0 unequal lengths speak for a yes.</summary>
    public double AreaWeight { get; init; }

    /// <summary>
    /// h: how much more a yes of the classifier's counts than a no; 0 where both count alike. Above −<see cref="Scale"/>, so that no yes counts less for being surer.
    /// </summary>
    public double PositiveSlope { get; init; }

    /// <summary>e: a constant for all pairs.</summary>
    public double Bias { get; init; }
}
