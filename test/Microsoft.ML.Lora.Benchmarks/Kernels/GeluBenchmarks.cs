using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>GELU, x·Φ(x), and its gradient.</summary>
public class GeluBenchmarks : PointwiseBenchmarks<PlainGelu>
{
    protected override void Forward(float[] x, float[] y) => Gelu.Forward(x, y);

    protected override void Backward(float[] x, float[] y, float[] gradY, float[] gradX) => Gelu.Backward(x, gradY, gradX);
}
