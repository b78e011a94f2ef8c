namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>GELU by its tanh approximation, ½x·(1 + tanh u) with u = √(2/π)·(x + 0.044715·x³), one number at a time.</summary>
public readonly struct PlainGeluTanh : IPlainFunction
{
    private const float Cubic = 0.044715f;

    private static readonly float Root = MathF.Sqrt(2 / MathF.PI);

    public static float Value(float x) => 0.5f * x * (1 + MathF.Tanh(Root * (x + (Cubic * x * x * x))));

    public static float Slope(float x, float y)
    {
        float tanh = MathF.Tanh(Root * (x + (Cubic * x * x * x)));
        return (0.5f * (1 + tanh)) + (0.5f * x * (1 - (tanh * tanh)) * Root * (1 + (3 * Cubic * x * x)));
    }
}
