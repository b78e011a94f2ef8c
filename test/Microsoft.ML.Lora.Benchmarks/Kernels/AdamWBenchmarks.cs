using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>One AdamW step of as many weights as rank 8 on query and value has in the whole encoder.</summary>
[MemoryDiagnoser]
public class AdamWBenchmarks
{
    private const float Rate = 1e-3f;
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;
    private const float Decay = 0.01f;

    private float[] _gradient = [];
    private Weights _plain = new(0);
    private Weights _fast = new(0);

    [Params(4 * 4 * Sizes.Rank * Sizes.Mini, 6 * 4 * Sizes.Rank * Sizes.Small)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _gradient = RandomFloats.Make(Count, 1);
        _plain = new Weights(Count);
        _fast = new Weights(Count);
        Plain();
        Fast();
        Agreement.Require(_plain.Values, _fast.Values);
    }

    [Benchmark(Baseline = true)]
    public void Plain()
    {
        (float[] weight, float[] first, float[] second) = (_plain.Values, _plain.First, _plain.Second);
        for (int i = 0; i < Count; i++)
        {
            float gradient = _gradient[i];
            first[i] = (Beta1 * first[i]) + ((1 - Beta1) * gradient);
            second[i] = (Beta2 * second[i]) + ((1 - Beta2) * gradient * gradient);
            float corrected = MathF.Sqrt(second[i] / (1 - Beta2)) + Epsilon;
            weight[i] -= Rate * ((first[i] / (1 - Beta1) / corrected) + (Decay * weight[i]));
        }
    }

    /// <summary>Always as the first step, so that every call does the same.</summary>
    [Benchmark]
    public void Fast() =>
        AdamW.Update(_fast.Values, _gradient, _fast.First, _fast.Second, Rate, Beta1, Beta2, Epsilon, Decay, step: 1, gradientScale: 1);

    private sealed class Weights(int count)
    {
        public float[] Values { get; } = RandomFloats.Make(count, 2);

        public float[] First { get; } = new float[count];

        public float[] Second { get; } = new float[count];
    }
}
