namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Tanh, one number at a time.</summary>
public readonly struct PlainTanh : IPlainFunction
{
    public static float Value(float x) => MathF.Tanh(x);

    public static float Slope(float x, float y) => 1 - (y * y);
}
