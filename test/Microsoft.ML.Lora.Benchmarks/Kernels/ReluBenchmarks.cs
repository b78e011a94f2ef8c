using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>ReLU and its gradient over a feed-forward block of 256 rows.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ReluBenchmarks
{
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
        int count = Sizes.Rows * Sizes.FeedForward * Hidden;
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
            _plain[i] = MathF.Max(_x[i], 0);
        }
    }

    [Benchmark, BenchmarkCategory("forward")]
    public void FastForward() => Relu.Forward(_x, _fast);

    [Benchmark(Baseline = true), BenchmarkCategory("backward")]
    public void PlainBackward()
    {
        for (int i = 0; i < _y.Length; i++)
        {
            _plain[i] = _y[i] > 0 ? _gradY[i] : 0;
        }
    }

    [Benchmark, BenchmarkCategory("backward")]
    public void FastBackward() => Relu.Backward(_y, _gradY, _fast);
}
