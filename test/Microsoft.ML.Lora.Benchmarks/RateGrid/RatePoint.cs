namespace Microsoft.ML.Lora.Benchmarks.RateGrid;

/// <summary>The rates of a step, as geometric means over the matrices.</summary>
/// <param name="Step">The step.</param>
/// <param name="Rate">c: √(αβ) without the schedule.</param>
/// <param name="Ratio">λ = β/α.</param>
/// <param name="LeastRatio">The smallest of a matrix.</param>
/// <param name="MostRatio">The largest of a matrix.</param>
internal sealed record RatePoint(int Step, double Rate, double Ratio, double LeastRatio, double MostRatio)
{
    /// <summary>The point of some rates; zero where a matrix did not move.</summary>
    public static RatePoint Of(int step, double share, IReadOnlyList<AdapterRate> rates)
    {
        double[] ratios = [.. rates.Select(rate => rate.Ratio).Where(double.IsFinite)];
        return rates.All(rate => rate.RateOfA > 0 && rate.RateOfB > 0)
            ? new RatePoint(
                step, Math.Exp(rates.Average(rate => 0.5 * Math.Log(rate.RateOfA * rate.RateOfB))) / share,
                Math.Exp(ratios.Average(Math.Log)), ratios.Min(), ratios.Max())
            : new RatePoint(step, 0, 0, 0, 0);
    }
}
