namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>A function of one number as one would first write it, and its slope.</summary>
public interface IPlainFunction
{
    /// <summary>y.</summary>
    static abstract float Value(float x);

    /// <summary>dy/dx.</summary>
    /// <param name="x">Where.</param>
    /// <param name="y">The function's value there.</param>
    static abstract float Slope(float x, float y);
}
