using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Dropout of 256 rows. The plain loop draws its mask number by number from a generator with state, so the masks differ.</summary>
[MemoryDiagnoser]
public class DropoutBenchmarks
{
    private const float Probability = 0.1f;

    private readonly SeededRandom _random = new(1);
    private float[] _x = [];
    private float[] _y = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _x = RandomFloats.Make(Sizes.Rows * Hidden, 1);
        _y = new float[_x.Length];
    }

    [Benchmark(Baseline = true)]
    public void Plain()
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _y[i] = _random.NextSingle() < Probability ? 0 : _x[i] / (1 - Probability);
        }
    }

    [Benchmark]
    public void Fast() => Dropout.Forward(_x, seed: 1, first: 0, Probability, _y);
}
