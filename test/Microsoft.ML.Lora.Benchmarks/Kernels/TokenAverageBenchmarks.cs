using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Scores and weighted sums of the first token's attention, as the last layer has them.</summary>
[MemoryDiagnoser]
public class TokenAverageBenchmarks
{
    private float[] _probes = [];
    private float[] _tokens = [];
    private float[] _plainScores = [];
    private float[] _fastScores = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(33, 64)]
    public int Tokens { get; set; }

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    private int Heads => Hidden / Sizes.Head;

    [GlobalSetup]
    public void Setup()
    {
        _probes = RandomFloats.Make(Heads * Hidden, 1);
        _tokens = RandomFloats.Make(Tokens * Hidden, 2);
        _plainScores = new float[Heads * Tokens];
        _fastScores = new float[Heads * Tokens];
        _plain = new float[Heads * Hidden];
        _fast = new float[Heads * Hidden];
        Plain();
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public void Plain()
    {
        Array.Clear(_plain);
        for (int head = 0; head < Heads; head++)
        {
            for (int token = 0; token < Tokens; token++)
            {
                float score = 0;
                for (int i = 0; i < Hidden; i++)
                {
                    score += _probes[(head * Hidden) + i] * _tokens[(token * Hidden) + i];
                }

                _plainScores[(head * Tokens) + token] = score;
                for (int i = 0; i < Hidden; i++)
                {
                    _plain[(head * Hidden) + i] += score * _tokens[(token * Hidden) + i];
                }
            }
        }
    }

    [Benchmark]
    public void Fast()
    {
        TokenAverage.Scores(_probes, Hidden, Heads, _tokens, Tokens, Hidden, 1, adds: false, _fastScores);
        TokenAverage.Gather(_fastScores, Heads, _tokens, Tokens, Hidden, _fast, Hidden);
    }
}
