namespace Microsoft.ML.Lora.Engines.Rates;

/// <summary>
/// Size and balance both found in the product space: α = c/√λ and β = c·√λ with the <see cref="LearnedRatio"/> λ, and c such that the weight
/// moves by a given share of itself, ‖s·(α·B·ΔA + β·ΔB·A)‖ = τ·‖W₀‖ (times the schedule's share), to first order.
/// </summary>
/// <remarks>State of a matrix: log λ, the mean of log norms of the move for c = 1, and the weight of the measurements in that mean.</remarks>
/// <param name="settings">The constants.</param>
internal sealed class AdaptiveRates(AdaptiveSettings settings) : AdapterRateRule
{
    private readonly double _logCap = Math.Log(settings.Cap);
    private readonly double _logFloor = Math.Log(settings.Floor);

    /// <summary>The constants.</summary>
    public AdaptiveSettings Settings => settings;

    /// <inheritdoc/>
    public override string Description => settings.Description;

    /// <inheritdoc/>
    public override double RateOfHead => settings.RateOfHead;

    /// <inheritdoc/>
    public override AdapterStatistics Statistics => AdapterStatistics.Directions;

    /// <inheritdoc/>
    public override int StateLength => 3;

    /// <inheritdoc/>
    internal override bool NeedsSpectralNorm => settings.Reference == AdaptiveReference.Spectral;

    /// <inheritdoc/>
    public override void Start(Span<float> state) => state[0] = LearnedRatio.Start;

    /// <inheritdoc/>
    public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state)
    {
        double root = Math.Sqrt(settings.FixedRatio ?? LearnedRatio.Update(update, ref state[0]));
        double norm = settings.Reference == AdaptiveReference.Spectral ? MoveSpectrum.Norm(update, 1 / root, root) : update.Move(1 / root, root);
        if (!double.IsFinite(norm))
        {
            // The engine refuses such rates, and says where they came from.
            return new AdapterFactorRates(double.NaN, double.NaN);
        }

        if (norm == 0 && state[2] == 0)
        {
            // Nothing has moved the product so far: there is nothing to scale by, and nothing to scale.
            return new AdapterFactorRates(0, 0);
        }

        double rate = settings.Tau * Reference(update) / Limited(norm, state);
        return new AdapterFactorRates(rate / root, rate * root);
    }

    /// <summary>Takes a norm into the mean, and keeps it within the limits about the mean before.</summary>
    private double Limited(double norm, Span<float> state)
    {
        double logNorm = Math.Log(norm);
        double least = state[2] > 0 ? state[1] - _logCap : logNorm;
        double most = state[2] > 0 ? state[1] + _logFloor : logNorm;
        double limited = Math.Clamp(logNorm, least, most);

        // The plain mean of the first measurements, then one that forgets.
        state[2] = (float)Math.Max(settings.NormWeight, state[2] > 0 ? state[2] / (1 + state[2]) : 1);
        state[1] += (float)(state[2] * (limited - state[1]));
        return Math.Exp(settings.UsesMeanNorm ? state[1] : limited);
    }

    private double Reference(in AdapterStep update) => settings.Reference switch
    {
        AdaptiveReference.Frozen => update.FrozenNorm,
        AdaptiveReference.Updated => Math.Sqrt(
            (update.FrozenNorm * update.FrozenNorm) + (update.Scaling * update.Scaling * update.Inner(update.FactorsOfB, update.FactorsOfA))),
        AdaptiveReference.Spectral => update.FrozenSpectralNorm,
        _ => throw new InvalidOperationException($"No norm for {settings.Reference}."),
    };
}
