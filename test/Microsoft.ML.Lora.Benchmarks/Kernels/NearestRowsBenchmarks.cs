using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>How far a pair's two sentences lie from their nearest sentence of a whole bank.</summary>
[MemoryDiagnoser]
public class NearestRowsBenchmarks
{
    private const int Rows = 2 * MatchingScore.MostBankPairs;

    private readonly float[] _plain = new float[2];
    private readonly float[] _fast = new float[2];
    private float[] _bank = [];
    private float[] _first = [];
    private float[] _second = [];
    private NearestRows? _search;

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _bank = RandomFloats.Make(Rows * Hidden, 1);
        _first = RandomFloats.Make(Hidden, 2);
        _second = RandomFloats.Make(Hidden, 3);
        _search = new NearestRows(new Matrix(Rows, Hidden, _bank));
        Plain();
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public void Plain() => (_plain[0], _plain[1]) = (PlainDistance(_first), PlainDistance(_second));

    [Benchmark]
    public void Fast() => (_fast[0], _fast[1]) = _search!.Distances(_first, _second, neighbours: 1);

    private float PlainDistance(float[] vector)
    {
        float nearest = float.PositiveInfinity;
        for (int row = 0; row < Rows; row++)
        {
            float square = 0;
            for (int i = 0; i < Hidden; i++)
            {
                float difference = _bank[(row * Hidden) + i] - vector[i];
                square += difference * difference;
            }

            nearest = MathF.Min(nearest, MathF.Sqrt(square));
        }

        return nearest;
    }
}
