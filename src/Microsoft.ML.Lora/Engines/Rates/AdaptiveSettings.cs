using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Lora.Engines.Rates;

/// <summary>The constants of <see cref="AdaptiveRates"/>. What users do not set is here to be measured.</summary>
internal sealed record AdaptiveSettings
{
    /// <summary>τ: the share of itself that a weight moves by at the schedule's full height.</summary>
    public required float Tau { get; init; }

    /// <summary>Rate of the head, which has no product to be measured by.</summary>
    public required float RateOfHead { get; init; }

    /// <summary>What moves are measured by.</summary>
    public AdaptiveReference Reference { get; init; } = AdaptiveReference.Frozen;

    /// <summary>λ; <see langword="null"/> to learn it.</summary>
    public double? FixedRatio { get; init; }

    /// <summary>
    /// The most that a step's c may exceed its recent mean by. Where the directions vanish or cancel in the product, c would grow without bound
    /// and blow up what is left, which is noise.
    /// </summary>
    public double Cap { get; init; } = 4;

    /// <summary>The most that a step's c may fall below its recent mean by; infinite for no such limit, since a small step does no harm.</summary>
    public double Floor { get; init; } = double.PositiveInfinity;

    /// <summary>A new measurement's weight in the mean of log norms: it spans some 20 steps, as that of the ratio does.</summary>
    public double NormWeight { get; init; } = 0.05;

    /// <summary>
    /// Whether c follows from the mean of the norms and not from each step's own: then steps whose gradients agree move further than those
    /// whose gradients do not.
    /// </summary>
    public bool UsesMeanNorm { get; init; }

    /// <summary>The settings in one line: all that could change what is trained.</summary>
    public string Description
    {
        get
        {
            var text = new StringBuilder(Invariant($"Adaptive({Tau}), head {RateOfHead}"));
            text.Append(FixedRatio is { } ratio ? Invariant($", ratio {ratio}") : $", {LearnedRatio.Description}");
            text.Append(Invariant($", {Reference} norm, cap {Cap}, mean by {NormWeight}"));
            text.Append(double.IsFinite(Floor) ? Invariant($", floor {Floor}") : "");
            return text.Append(UsesMeanNorm ? ", steps by the mean" : "").ToString();
        }
    }
}
