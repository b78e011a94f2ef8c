using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>A trained dense layer on the first tokens of a batch of 64: its weight changes at every step, so it is never packed.</summary>
[MemoryDiagnoser]
public class DenseProductBenchmarks
{
    private const int Rows = 64;

    private float[] _x = [];
    private float[] _weight = [];
    private float[] _bias = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Inputs { get; set; }

    /// <summary>The classifier's, and a trained pooler's.</summary>
    [Params(2, 256)]
    public int Outputs { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _x = RandomFloats.Make(Rows * Inputs, 1);
        _weight = RandomFloats.Make(Outputs * Inputs, 2);
        _bias = RandomFloats.Make(Outputs, 3);
        _plain = new float[Rows * Outputs];
        _fast = new float[Rows * Outputs];
        Plain();
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public void Plain()
    {
        PlainProduct.WithTransposed(_x, _weight, Rows, Inputs, Outputs, _plain);
        for (int i = 0; i < _plain.Length; i++)
        {
            _plain[i] += _bias[i % Outputs];
        }
    }

    [Benchmark]
    public void Fast() => DenseProduct.Forward(_x, Rows, Inputs, _weight, _bias, Outputs, _fast);
}
