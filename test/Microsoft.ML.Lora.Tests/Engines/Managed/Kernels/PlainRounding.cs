namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>Rounding to eight bits by its definition, number by number.</summary>
internal static class PlainRounding
{
    /// <summary>
    /// How far a number may be from what it was rounded to, in steps: a half, and what rounding in single precision adds, three times 2⁻²⁴ of up
    /// to 127 steps.
    /// </summary>
    public const double HalfAStep = 0.5 + (3 * 127 * Precision.Rounding);

    /// <summary>The whole numbers q and the scale of x ≈ scale · q; a row that is not finite has zeros and NaN.</summary>
    public static (int[] Numbers, float Scale) Of(IReadOnlyList<float> x)
    {
        if (!x.All(float.IsFinite))
        {
            return (new int[x.Count], float.NaN);
        }

        float most = x.Select(Math.Abs).DefaultIfEmpty().Max();
        float scale = Math.Max(most / 127, MathF.ScaleB(1, -100));
        float inverse = 1 / scale;
        return ([.. x.Select(value => (int)MathF.Round(value * inverse, MidpointRounding.ToEven))], scale);
    }
}
