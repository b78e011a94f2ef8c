namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>GELU, x·Φ(x), one number at a time.</summary>
public readonly struct PlainGelu : IPlainFunction
{
    private static readonly float InverseRoot = 1 / MathF.Sqrt(2 * MathF.PI);

    public static float Value(float x) => x * Distribution(x);

    public static float Slope(float x, float y) => Distribution(x) + (x * InverseRoot * MathF.Exp(-x * x / 2));

    /// <summary>Φ(x) by Abramowitz and Stegun 26.2.17, whose error is below 7.5e-8.</summary>
    private static float Distribution(float x)
    {
        float t = 1 / (1 + (0.2316419f * MathF.Abs(x)));
        float series = t * (0.319381530f + (t * (-0.356563782f + (t * (1.781477937f + (t * (-1.821255978f + (t * 1.330274429f))))))));
        float tail = InverseRoot * MathF.Exp(-x * x / 2) * series;
        return x < 0 ? tail : 1 - tail;
    }
}
