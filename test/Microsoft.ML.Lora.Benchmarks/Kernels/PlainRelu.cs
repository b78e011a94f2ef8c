namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>ReLU, max(x, 0), one number at a time.</summary>
public readonly struct PlainRelu : IPlainFunction
{
    public static float Value(float x) => MathF.Max(x, 0);

    public static float Slope(float x, float y) => x > 0 ? 1 : 0;
}
