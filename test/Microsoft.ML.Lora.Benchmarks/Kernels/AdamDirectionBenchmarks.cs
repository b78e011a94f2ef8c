using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Adam's direction for as many weights as rank 8 on query and value has in the whole encoder, as rate rules are asked with it.</summary>
[MemoryDiagnoser]
public class AdamDirectionBenchmarks
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;

    private float[] _weight = [];
    private float[] _gradient = [];
    private float[] _first = [];
    private float[] _second = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(4 * 4 * Sizes.Rank * Sizes.Mini, 6 * 4 * Sizes.Rank * Sizes.Small)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        (_weight, _gradient) = (RandomFloats.Make(Count, 1), RandomFloats.Make(Count, 2));
        (_first, _second, _plain, _fast) = (new float[Count], new float[Count], new float[Count], new float[Count]);
        Plain();
        Array.Clear(_first);
        Array.Clear(_second);
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public void Plain()
    {
        for (int i = 0; i < Count; i++)
        {
            float gradient = _gradient[i];
            _first[i] = (Beta1 * _first[i]) + ((1 - Beta1) * gradient);
            _second[i] = (Beta2 * _second[i]) + ((1 - Beta2) * gradient * gradient);
            _plain[i] = _first[i] / (1 - Beta1) / (MathF.Sqrt(_second[i] / (1 - Beta2)) + Epsilon);
        }
    }

    /// <summary>Always as the first step, so that every call does the same.</summary>
    [Benchmark]
    public void Fast() =>
        AdamDirection.Compute(_weight, _gradient, _first, _second, Beta1, Beta2, Epsilon, decay: 0, step: 1, gradientScale: 1, _fast);
}
