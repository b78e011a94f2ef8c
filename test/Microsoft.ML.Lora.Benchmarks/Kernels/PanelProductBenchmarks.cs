using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>The product with a frozen weight, y = x·Wᵀ.</summary>
[MemoryDiagnoser]
public class PanelProductBenchmarks
{
    private float[] _x = [];
    private float[] _weight = [];
    private float[] _panels = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Depth { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int columns = Sizes.FeedForward * Depth;
        _x = RandomFloats.Make(Sizes.Rows * Depth, 1);
        _weight = RandomFloats.Make(columns * Depth, 2);
        _panels = new float[PanelProduct.PackedLength(Depth, columns)];
        PanelProduct.PackTransposed(_weight, Depth, columns, _panels);
        _plain = new float[Sizes.Rows * columns];
        _fast = new float[Sizes.Rows * columns];
        Plain();
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public void Plain() => PlainProduct.WithTransposed(_x, _weight, Sizes.Rows, Depth, Sizes.FeedForward * Depth, _plain);

    [Benchmark]
    public void Fast()
    {
        int columns = Sizes.FeedForward * Depth;
        PanelProduct.Multiply(_x, Sizes.Rows, Depth, Depth, _panels, columns, _fast, columns);
    }
}
