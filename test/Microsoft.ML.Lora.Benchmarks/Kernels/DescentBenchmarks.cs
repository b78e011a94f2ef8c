using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>A step along a direction, of as many weights as rank 8 on query and value has in the whole encoder.</summary>
[MemoryDiagnoser]
public class DescentBenchmarks
{
    private const float Rate = 1e-6f;
    private const float Decay = 0.01f;

    private float[] _direction = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(4 * 4 * Sizes.Rank * Sizes.Mini, 6 * 4 * Sizes.Rank * Sizes.Small)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        (_direction, _plain, _fast) = (RandomFloats.Make(Count, 1), RandomFloats.Make(Count, 2), RandomFloats.Make(Count, 2));
        Plain();
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public void Plain()
    {
        for (int i = 0; i < Count; i++)
        {
            _plain[i] -= Rate * (_direction[i] + (Decay * _plain[i]));
        }
    }

    [Benchmark]
    public void Fast() => Descent.Apply(_fast, _direction, Rate, Decay);
}
