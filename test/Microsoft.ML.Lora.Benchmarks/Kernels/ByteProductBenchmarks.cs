using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>The product with a frozen weight in eight bits, with and without rounding its input, beside those in single precision.</summary>
[MemoryDiagnoser]
public class ByteProductBenchmarks
{
    /// <summary>What rounding both sides to eight bits may cost, relative to the largest number.</summary>
    private const float Rounding = 0.02f;

    private float[] _x = [];
    private float[] _weight = [];
    private float[] _bias = [];
    private float[] _floatPanels = [];
    private int[] _panels = [];
    private byte[] _bytes = [];
    private float[] _scales = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Depth { get; set; }

    private int Columns => Sizes.FeedForward * Depth;

    [GlobalSetup]
    public void Setup()
    {
        _x = RandomFloats.Make(Sizes.Rows * Depth, 1);
        _weight = RandomFloats.Make(Columns * Depth, 2);
        _bias = new float[Columns];
        _floatPanels = new float[PanelProduct.PackedLength(Depth, Columns)];
        PanelProduct.PackTransposed(_weight, Depth, Columns, _floatPanels);
        _panels = new int[ByteProduct.PackedLength(Depth, Columns)];
        ByteProduct.PackTransposed(_weight, Depth, Columns, _panels);
        _bytes = new byte[Sizes.Rows * RowQuantization.Stride(Depth)];
        _scales = new float[Sizes.Rows];
        _plain = new float[Sizes.Rows * Columns];
        _fast = new float[Sizes.Rows * Columns];
        Plain();
        Fast();
        Agreement.Require(_plain, _fast, Rounding);
    }

    [Benchmark(Baseline = true)]
    public void Plain() => PlainProduct.WithTransposed(_x, _weight, Sizes.Rows, Depth, Columns, _plain);

    [Benchmark]
    public void SinglePrecision() =>
        PanelProduct.MultiplyBias(_x, Sizes.Rows, Depth, Depth, _floatPanels, Columns, _bias, _fast, Columns);

    [Benchmark]
    public void Fast()
    {
        RowQuantization.Quantize(_x, Sizes.Rows, Depth, _bytes, _scales);
        FastWithoutRounding();
    }

    [Benchmark]
    public void FastWithoutRounding() =>
        ByteProduct.MultiplyBias(_bytes, _scales, Sizes.Rows, Depth, _panels, Columns, _bias, _fast, Columns);
}
