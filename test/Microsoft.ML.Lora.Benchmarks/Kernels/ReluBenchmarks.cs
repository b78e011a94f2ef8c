using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>ReLU and its gradient.</summary>
public class ReluBenchmarks : PointwiseBenchmarks<PlainRelu>
{
    protected override void Forward(float[] x, float[] y) => Relu.Forward(x, y);

    protected override void Backward(float[] x, float[] y, float[] gradY, float[] gradX) => Relu.Backward(y, gradY, gradX);
}
