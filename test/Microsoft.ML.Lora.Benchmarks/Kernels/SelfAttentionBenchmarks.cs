using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Self-attention of one sequence.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class SelfAttentionBenchmarks
{
    private float[] _qkv = [];
    private float[] _gradContext = [];
    private float[] _plainProbabilities = [];
    private float[] _fastProbabilities = [];
    private float[] _plainContext = [];
    private float[] _fastContext = [];
    private float[] _plainGradient = [];
    private float[] _fastGradient = [];
    private float[] _scratch = [];

    [Params(33, 64)]
    public int Tokens { get; set; }

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    private int Heads => Hidden / Sizes.Head;

    [GlobalSetup]
    public void Setup()
    {
        _qkv = RandomFloats.Make(Tokens * 3 * Hidden, 1);
        _gradContext = RandomFloats.Make(Tokens * Hidden, 2);
        _plainProbabilities = new float[Heads * Tokens * Tokens];
        _fastProbabilities = new float[Heads * Tokens * Tokens];
        _plainContext = new float[Tokens * Hidden];
        _fastContext = new float[Tokens * Hidden];
        _plainGradient = new float[Tokens * 3 * Hidden];
        _fastGradient = new float[Tokens * 3 * Hidden];
        _scratch = new float[SelfAttention.ScratchLength(Tokens)];
        PlainForward();
        FastForward();
        Agreement.Require(_plainContext, _fastContext);
        PlainBackward();
        FastBackward();
        Agreement.Require(_plainGradient, _fastGradient);
    }

    [Benchmark(Baseline = true), BenchmarkCategory("forward")]
    public void PlainForward() => PlainAttention.Forward(
        _qkv, Tokens, 3 * Hidden, _qkv.AsSpan(Hidden), Tokens, 3 * Hidden, Hidden, Heads, _plainProbabilities, _plainContext);

    [Benchmark, BenchmarkCategory("forward")]
    public void FastForward() => SelfAttention.Forward(_qkv, Tokens, Hidden, Heads, 3 * Hidden, _fastProbabilities, _fastContext);

    [Benchmark(Baseline = true), BenchmarkCategory("backward")]
    public void PlainBackward() => PlainAttention.Backward(_qkv, Tokens, Hidden, Heads, _plainProbabilities, _gradContext, _plainGradient);

    [Benchmark, BenchmarkCategory("backward")]
    public void FastBackward() =>
        SelfAttention.Backward(_qkv, Tokens, Hidden, Heads, 3 * Hidden, _fastProbabilities, _gradContext, _fastGradient, _scratch);
}
