using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>How well the tokens of two sentences find each other.</summary>
[MemoryDiagnoser]
public class PositionMatchBenchmarks
{
    private readonly float[] _plain = new float[1];
    private readonly float[] _fast = new float[1];
    private float[] _first = [];
    private float[] _second = [];
    private float[] _mean = [];

    /// <summary>Of each sentence: as in QQP, and as with pairs of 64 tokens.</summary>
    [Params(14, 31)]
    public int Tokens { get; set; }

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _first = RandomFloats.Make(Tokens * Hidden, 1);
        _second = RandomFloats.Make(Tokens * Hidden, 2);
        _mean = RandomFloats.Make(Hidden, 3);
        Plain();
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public void Plain() => _plain[0] = (PlainMean(_first, _second) + PlainMean(_second, _first)) / 2;

    [Benchmark]
    public void Fast() => _fast[0] = PositionMatch.Of(_first, _second, _mean);

    /// <summary>The mean over the tokens of one sentence of the largest cosine with a token of the other.</summary>
    private float PlainMean(float[] of, float[] with)
    {
        float sum = 0;
        for (int i = 0; i < Tokens; i++)
        {
            float best = float.NegativeInfinity;
            for (int j = 0; j < Tokens; j++)
            {
                best = MathF.Max(best, PlainCosine(of.AsSpan(i * Hidden, Hidden), with.AsSpan(j * Hidden, Hidden)));
            }

            sum += best;
        }

        return sum / Tokens;
    }

    private float PlainCosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        (float product, float squareOfX, float squareOfY) = (0, 0, 0);
        for (int i = 0; i < x.Length; i++)
        {
            (float a, float b) = (x[i] - _mean[i], y[i] - _mean[i]);
            product += a * b;
            squareOfX += a * a;
            squareOfY += b * b;
        }

        return product / MathF.Sqrt(squareOfX * squareOfY);
    }
}
