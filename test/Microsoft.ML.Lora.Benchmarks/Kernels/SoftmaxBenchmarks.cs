using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Softmax of 256 rows.</summary>
[MemoryDiagnoser]
public class SoftmaxBenchmarks
{
    private float[] _scores = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(33, 64)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _scores = RandomFloats.Make(Sizes.Rows * Tokens, 1, most: 5);
        _plain = new float[_scores.Length];
        _fast = new float[_scores.Length];
        Plain();
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public void Plain()
    {
        for (int row = 0; row < Sizes.Rows; row++)
        {
            PlainSoftmax.Row(_scores.AsSpan(row * Tokens, Tokens), _plain.AsSpan(row * Tokens, Tokens));
        }
    }

    [Benchmark]
    public void Fast() => Softmax.Forward(_scores, Sizes.Rows, Tokens, Tokens, _fast);
}
