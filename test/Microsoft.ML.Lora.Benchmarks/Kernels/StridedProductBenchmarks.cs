using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Two small matrices where they lie: the scores of one head's attention.</summary>
[MemoryDiagnoser]
public unsafe class StridedProductBenchmarks
{
    private float[] _left = [];
    private float[] _right = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(33, 64)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _left = RandomFloats.Make(Tokens * Sizes.Head, 1);
        _right = RandomFloats.Make(Tokens * Sizes.Head, 2);
        _plain = new float[Tokens * Tokens];
        _fast = new float[Tokens * Tokens];
        Plain();
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public void Plain() => PlainProduct.WithTransposed(_left, _right, Tokens, Sizes.Head, Tokens, _plain);

    [Benchmark]
    public void Fast()
    {
        fixed (float* left = _left, right = _right, target = _fast)
        {
            StridedProduct.Multiply(
                new Operand(left, Sizes.Head, 1), new Operand(right, Sizes.Head, 1).Transposed, TileTarget.Overwriting(target, Tokens), Tokens, Sizes.Head, Tokens);
        }
    }
}
