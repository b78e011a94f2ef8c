using System.Runtime.CompilerServices;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// The transcendental functions of the other kernels, with polynomials fitted for this project by reweighted least squares. The
/// errors stated are the largest found by the tests, which walk through the whole range.
/// </summary>
internal static class VectorMath
{
    // ln 2⁻¹²⁶: below, e^x is no normal number.
    private const float LowestExponent = -87.33654f;

    /// <summary>
    /// e^x within 2 units in the last place; 0 where it would be denormal, since making denormal numbers takes a machine a hundred
    /// times as long and no kernel needs them. e^−∞ = 0, e^∞ = ∞, NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V>(V x)
        where V : struct, IMathLanes<V>
    {
        // e^x = 2^n · e^r with n whole and |r| ≤ ln 2 / 2. Above the upper limit the result is ∞ all the same.
        V exponent = x;
        x = V.Min(V.Create(89), V.Max(V.Create(LowestExponent), x));
        V n = V.Round(x * V.Create(1.44269504f));
        V r = V.MultiplyAdd(n, V.Create(-0.693359375f), x);
        r = V.MultiplyAdd(n, V.Create(2.12194440e-4f), r);

        V p = V.Create(0.0013814465f);
        p = V.MultiplyAdd(p, r, V.Create(0.0083687808f));
        p = V.MultiplyAdd(p, r, V.Create(0.0416683927f));
        p = V.MultiplyAdd(p, r, V.Create(0.1666651964f));
        p = V.MultiplyAdd(p, r, V.Create(0.4999999404f));
        p = V.MultiplyAdd(p, r * r, r) + V.Create(1);
        return V.WhereLess(exponent, V.Create(LowestExponent), V.Create(0), V.Scale(p, n));
    }

    /// <summary>tanh x within 3 units in the last place; tanh ±∞ = ±1, NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V>(V x)
        where V : struct, IMathLanes<V>
    {
        V magnitude = V.Abs(x);
        V square = x * x;
        V p = V.Create(-0.0057094693f);
        p = V.MultiplyAdd(p, square, V.Create(0.0206441171f));
        p = V.MultiplyAdd(p, square, V.Create(-0.053741619f));
        p = V.MultiplyAdd(p, square, V.Create(0.133314699f));
        p = V.MultiplyAdd(p, square, V.Create(-0.3333328366f));
        V small = V.MultiplyAdd(p, square * magnitude, magnitude);
        V large = V.Create(1) - (V.Create(2) / (Exp(magnitude + magnitude) + V.Create(1)));
        return V.CopySign(V.WhereLess(magnitude, V.Create(0.625f), small, large), x);
    }

    /// <summary>
    /// The upper tail of the normal distribution, 1 − Φ(t) = ½·erfc(t/√2), for t ≥ 0, within 8e-8; and e^(−t²/2), which it is made from.
    /// </summary>
    /// <remarks>
    /// e^(−t²/2) times a polynomial in t: longer than a rational approximation would be, but without a division. NaN stays NaN.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V NormalTail<V>(V t, out V bell)
        where V : struct, IMathLanes<V>
    {
        // Beyond the limit the polynomial would overflow.
        t = V.Min(V.Create(16), t);
        bell = Bell(t);
        V p = V.Create(-3.15542896e-07f);
        p = V.MultiplyAdd(p, t, V.Create(7.7087757e-06f));
        p = V.MultiplyAdd(p, t, V.Create(-8.4770965e-05f));
        p = V.MultiplyAdd(p, t, V.Create(0.000563652602f));
        p = V.MultiplyAdd(p, t, V.Create(-0.00259009f));
        p = V.MultiplyAdd(p, t, V.Create(0.00900384682f));
        p = V.MultiplyAdd(p, t, V.Create(-0.0254718166f));
        p = V.MultiplyAdd(p, t, V.Create(0.0619239315f));
        p = V.MultiplyAdd(p, t, V.Create(-0.132805786f));
        p = V.MultiplyAdd(p, t, V.Create(0.249972573f));
        p = V.MultiplyAdd(p, t, V.Create(-0.398940602f));
        p = V.MultiplyAdd(p, t, V.Create(0.499999983f));
        return p * bell;
    }

    /// <summary>e^(−t²/2) for t from 0 to 16: <see cref="Exp"/> without what no such argument needs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Bell<V>(V t)
        where V : struct, IMathLanes<V>
    {
        // −t²/2 = n·ln 2 − r/2, so that the square is rounded once and the half is in the coefficients.
        V square = t * t;
        V n = V.Round(square * V.Create(-0.72134752f));
        V r = V.MultiplyAdd(n, V.Create(1.38671875f), square);
        r = V.MultiplyAdd(n, V.Create(-4.2438888e-4f), r);

        V p = V.Create(2.1585102e-05f);
        p = V.MultiplyAdd(p, r, V.Create(-0.0002615244f));
        p = V.MultiplyAdd(p, r, V.Create(0.0026042745f));
        p = V.MultiplyAdd(p, r, V.Create(-0.02083315f));
        p = V.MultiplyAdd(p, r, V.Create(0.12499999f));
        p = V.MultiplyAdd(p, r, V.Create(-0.5f));
        p = V.MultiplyAdd(p, r, V.Create(1));

        // From here on it may as well be 0: its product with the tail's polynomial would be denormal.
        return V.WhereLess(V.Create(12.75f), t, V.Create(0), V.Scale(p, n));
    }
}
