using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>The loss of a batch of 64 and its gradient, two classes.</summary>
[MemoryDiagnoser]
public class CrossEntropyBenchmarks
{
    private const int Rows = 64;
    private const int Classes = 2;

    private readonly float[] _logits = RandomFloats.Make(Rows * Classes, 1, most: 3);
    private readonly int[] _labels = [.. Enumerable.Range(0, Rows).Select(row => row % Classes)];
    private readonly float[] _weights = [.. Enumerable.Repeat(1f, Rows)];
    private readonly float[] _plain = new float[Rows * Classes];
    private readonly float[] _fast = new float[Rows * Classes];

    [GlobalSetup]
    public void Setup()
    {
        Agreement.Require([(float)Plain()], [(float)Fast()]);
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public double Plain()
    {
        float loss = 0;
        for (int row = 0; row < Rows; row++)
        {
            Span<float> p = _plain.AsSpan(row * Classes, Classes);
            PlainSoftmax.Row(_logits.AsSpan(row * Classes, Classes), p);
            loss -= _weights[row] / Rows * MathF.Log(p[_labels[row]]);
            for (int j = 0; j < Classes; j++)
            {
                p[j] = _weights[row] / Rows * (p[j] - (j == _labels[row] ? 1 : 0));
            }
        }

        return loss;
    }

    [Benchmark]
    public double Fast() => CrossEntropy.ForwardBackward(_logits, Classes, _labels, _weights, Rows, _fast);
}
