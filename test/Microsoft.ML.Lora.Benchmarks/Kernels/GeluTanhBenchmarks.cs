using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>GELU by its tanh approximation, and its gradient.</summary>
public class GeluTanhBenchmarks : PointwiseBenchmarks<PlainGeluTanh>
{
    protected override void Forward(float[] x, float[] y) => GeluTanh.Forward(x, y);

    protected override void Backward(float[] x, float[] y, float[] gradY, float[] gradX) => GeluTanh.Backward(x, gradY, gradX);
}
