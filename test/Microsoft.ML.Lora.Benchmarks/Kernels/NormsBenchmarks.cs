using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>The sum of squares of a factor's gradient, for clipping.</summary>
[MemoryDiagnoser]
public class NormsBenchmarks
{
    private float[] _x = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _x = RandomFloats.Make(Sizes.Rank * Hidden, 1);
        Agreement.Require([(float)Plain()], [(float)Fast()]);
    }

    [Benchmark(Baseline = true)]
    public double Plain()
    {
        double sum = 0;
        foreach (float value in _x)
        {
            sum += (double)value * value;
        }

        return sum;
    }

    [Benchmark]
    public double Fast() => Norms.SumOfSquares(_x);
}
