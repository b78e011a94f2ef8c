using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>The products with the factors of a low-rank update: down, t = x·Aᵀ; up, y += s·t·Bᵀ; and a factor's gradient.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ThinProductBenchmarks
{
    private const float Scale = 2;

    private float[] _x = [];
    private float[] _a = [];
    private float[] _b = [];
    private float[] _t = [];
    private float[] _plainT = [];
    private float[] _plainY = [];
    private float[] _fastY = [];
    private float[] _plainGradient = [];
    private float[] _fastGradient = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _x = RandomFloats.Make(Sizes.Rows * Hidden, 1);
        _a = RandomFloats.Make(Sizes.Rank * Hidden, 2);
        _b = RandomFloats.Make(Hidden * Sizes.Rank, 3);
        _t = new float[Sizes.Rows * Sizes.Rank];
        _plainT = new float[Sizes.Rows * Sizes.Rank];
        _plainY = new float[Sizes.Rows * Hidden];
        _fastY = new float[Sizes.Rows * Hidden];
        _plainGradient = new float[Sizes.Rank * Hidden];
        _fastGradient = new float[Sizes.Rank * Hidden];
        PlainDown();
        FastDown();
        Agreement.Require(_plainT, _t);
        PlainUp();
        FastUp();
        Agreement.Require(_plainY, _fastY);
        PlainGradient();
        FastGradient();
        Agreement.Require(_plainGradient, _fastGradient);
    }

    [Benchmark(Baseline = true), BenchmarkCategory("down")]
    public void PlainDown() => PlainProduct.WithTransposed(_x, _a, Sizes.Rows, Hidden, Sizes.Rank, _plainT);

    [Benchmark, BenchmarkCategory("down")]
    public void FastDown() => ThinProduct.Down(_x, Sizes.Rows, Hidden, Hidden, _a, Sizes.Rank, _t);

    [Benchmark(Baseline = true), BenchmarkCategory("up")]
    public void PlainUp()
    {
        for (int row = 0; row < Sizes.Rows; row++)
        {
            for (int j = 0; j < Hidden; j++)
            {
                float sum = 0;
                for (int k = 0; k < Sizes.Rank; k++)
                {
                    sum += _t[(row * Sizes.Rank) + k] * _b[(j * Sizes.Rank) + k];
                }

                _plainY[(row * Hidden) + j] += Scale * sum;
            }
        }
    }

    [Benchmark, BenchmarkCategory("up")]
    public void FastUp() => ThinProduct.UpAdd(_t, Sizes.Rows, Sizes.Rank, _b, Hidden, Scale, _fastY, Hidden);

    [Benchmark(Baseline = true), BenchmarkCategory("gradient of A")]
    public void PlainGradient() => PlainProduct.OuterAdd(_t, _x, Sizes.Rows, Sizes.Rank, Hidden, _plainGradient);

    [Benchmark, BenchmarkCategory("gradient of A")]
    public void FastGradient() => ThinProduct.OuterAdd(_t, Sizes.Rows, Sizes.Rank, Sizes.Rank, _x, Hidden, Hidden, 1, _fastGradient);
}
