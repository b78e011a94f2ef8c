namespace Microsoft.ML.Lora.Primitives;

/// <summary>ln(1 + eˣ), which at x = −z is what a decision with logit z in favour of the right class loses.</summary>
internal static class Softplus
{
    /// <summary>ln(1 + eˣ), for x of any size: no power overflows.</summary>
    public static double Of(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
