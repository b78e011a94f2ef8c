using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Tanh and its gradient over what a pooler puts out for a batch of 64.</summary>
public class TanhBenchmarks : PointwiseBenchmarks<PlainTanh>
{
    private const int Batch = 64;

    protected override int Count => Batch * Hidden;

    protected override void Forward(float[] x, float[] y) => Tanh.Forward(x, y);

    protected override void Backward(float[] x, float[] y, float[] gradY, float[] gradX) => Tanh.Backward(y, gradY, gradX);
}
