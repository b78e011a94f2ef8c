using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.ML.Lora.Benchmarks.Workloads;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>A function that is applied number by number, and its gradient, over a feed-forward block of 256 rows unless told otherwise.</summary>
/// <typeparam name="TPlain">The plain function.</typeparam>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public abstract class PointwiseBenchmarks<TPlain>
    where TPlain : struct, IPlainFunction
{
    private float[] _x = [];
    private float[] _y = [];
    private float[] _gradY = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    /// <summary>How many numbers.</summary>
    protected virtual int Count => Sizes.Rows * Sizes.FeedForward * Hidden;

    [GlobalSetup]
    public void Setup()
    {
        _x = RandomFloats.Make(Count, 1, most: 4);
        _gradY = RandomFloats.Make(Count, 2);
        _plain = new float[Count];
        _fast = new float[Count];
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
            _plain[i] = TPlain.Value(_x[i]);
        }
    }

    [Benchmark, BenchmarkCategory("forward")]
    public void FastForward() => Forward(_x, _fast);

    [Benchmark(Baseline = true), BenchmarkCategory("backward")]
    public void PlainBackward()
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _plain[i] = _gradY[i] * TPlain.Slope(_x[i], _y[i]);
        }
    }

    [Benchmark, BenchmarkCategory("backward")]
    public void FastBackward() => Backward(_x, _y, _gradY, _fast);

    /// <summary>The kernel's forward pass.</summary>
    protected abstract void Forward(float[] x, float[] y);

    /// <summary>The kernel's backward pass, which needs x or y.</summary>
    protected abstract void Backward(float[] x, float[] y, float[] gradY, float[] gradX);
}
