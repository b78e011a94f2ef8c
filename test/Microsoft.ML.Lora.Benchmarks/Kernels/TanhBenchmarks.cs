using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Tanh and its gradient over what a pooler puts out for a batch of 64.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class TanhBenchmarks
{
    private const int Batch = 64;

    private float[] _x = [];
    private float[] _y = [];
    private float[] _gradY = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int count = Batch * Hidden;
        _x = RandomFloats.Make(count, 1, most: 4);
        _gradY = RandomFloats.Make(count, 2);
        _plain = new float[count];
        _fast = new float[count];
        PlainForward();
        FastForward();
        Agreement.Require(_plain, _fast);
        _y = [.. _fast];
        PlainBackward();
        FastBackward();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true), BenchmarkCategory("forward")]
    public void PlainForward()
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _plain[i] = MathF.Tanh(_x[i]);
        }
    }

    [Benchmark, BenchmarkCategory("forward")]
    public void FastForward() => Tanh.Forward(_x, _fast);

    [Benchmark(Baseline = true), BenchmarkCategory("backward")]
    public void PlainBackward()
    {
        for (int i = 0; i < _y.Length; i++)
        {
            _plain[i] = _gradY[i] * (1 - (_y[i] * _y[i]));
        }
    }

    [Benchmark, BenchmarkCategory("backward")]
    public void FastBackward() => Tanh.Backward(_y, _gradY, _fast);
}
