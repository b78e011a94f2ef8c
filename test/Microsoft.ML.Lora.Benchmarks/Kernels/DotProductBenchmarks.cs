using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>A thin product by dot products: the inputs of a layer reduced to an update's rank.</summary>
[MemoryDiagnoser]
public unsafe class DotProductBenchmarks
{
    private float[] _left = [];
    private float[] _right = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _left = RandomFloats.Make(Sizes.Rows * Hidden, 1);
        _right = RandomFloats.Make(Sizes.Rank * Hidden, 2);
        _plain = new float[Sizes.Rows * Sizes.Rank];
        _fast = new float[Sizes.Rows * Sizes.Rank];
        Plain();
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public void Plain() => PlainProduct.WithTransposed(_left, _right, Sizes.Rows, Hidden, Sizes.Rank, _plain);

    [Benchmark]
    public void Fast()
    {
        fixed (float* left = _left, right = _right, target = _fast)
        {
            DotProduct.Multiply(
                new Operand(left, Hidden, 1), new Operand(right, Hidden, 1), TileTarget.Overwriting(target, Sizes.Rank), Sizes.Rows, Hidden, Sizes.Rank);
        }
    }
}
