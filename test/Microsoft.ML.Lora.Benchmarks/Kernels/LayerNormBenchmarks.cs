using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>LayerNorm of 256 rows, and its gradient.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class LayerNormBenchmarks
{
    private const float Epsilon = 1e-12f;

    private readonly float[] _mean = new float[Sizes.Rows];
    private readonly float[] _inverseDeviation = new float[Sizes.Rows];
    private float[] _x = [];
    private float[] _gain = [];
    private float[] _bias = [];
    private float[] _gradY = [];
    private float[] _plain = [];
    private float[] _fast = [];
    private float[] _plainGradient = [];
    private float[] _fastGradient = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _x = RandomFloats.Make(Sizes.Rows * Hidden, 1);
        _gain = RandomFloats.Make(Hidden, 2);
        _bias = RandomFloats.Make(Hidden, 3);
        _gradY = RandomFloats.Make(Sizes.Rows * Hidden, 4);
        _plain = new float[_x.Length];
        _fast = new float[_x.Length];
        _plainGradient = new float[_x.Length];
        _fastGradient = new float[_x.Length];
        PlainForward();
        FastForward();
        Agreement.Require(_plain, _fast);
        PlainBackward();
        FastBackward();
        Agreement.Require(_plainGradient, _fastGradient);
    }

    [Benchmark(Baseline = true), BenchmarkCategory("forward")]
    public void PlainForward()
    {
        for (int row = 0; row < Sizes.Rows; row++)
        {
            ReadOnlySpan<float> x = _x.AsSpan(row * Hidden, Hidden);
            float mean = 0;
            for (int j = 0; j < Hidden; j++)
            {
                mean += x[j];
            }

            mean /= Hidden;
            float variance = 0;
            for (int j = 0; j < Hidden; j++)
            {
                variance += (x[j] - mean) * (x[j] - mean);
            }

            float inverse = 1 / MathF.Sqrt((variance / Hidden) + Epsilon);
            for (int j = 0; j < Hidden; j++)
            {
                _plain[(row * Hidden) + j] = (_gain[j] * (x[j] - mean) * inverse) + _bias[j];
            }

            _mean[row] = mean;
            _inverseDeviation[row] = inverse;
        }
    }

    [Benchmark, BenchmarkCategory("forward")]
    public void FastForward() => LayerNorm.Forward(_x, Sizes.Rows, Hidden, _gain, _bias, Epsilon, _fast, _mean, _inverseDeviation);

    [Benchmark(Baseline = true), BenchmarkCategory("backward")]
    public void PlainBackward()
    {
        for (int row = 0; row < Sizes.Rows; row++)
        {
            ReadOnlySpan<float> x = _x.AsSpan(row * Hidden, Hidden);
            ReadOnlySpan<float> gradY = _gradY.AsSpan(row * Hidden, Hidden);
            float sum = 0;
            float projected = 0;
            for (int j = 0; j < Hidden; j++)
            {
                float gradient = _gain[j] * gradY[j];
                sum += gradient;
                projected += gradient * (x[j] - _mean[row]) * _inverseDeviation[row];
            }

            for (int j = 0; j < Hidden; j++)
            {
                float normalized = (x[j] - _mean[row]) * _inverseDeviation[row];
                _plainGradient[(row * Hidden) + j] =
                    _inverseDeviation[row] * ((_gain[j] * gradY[j]) - (sum / Hidden) - (normalized * projected / Hidden));
            }
        }
    }

    [Benchmark, BenchmarkCategory("backward")]
    public void FastBackward() => LayerNorm.Backward(_gradY, _x, Sizes.Rows, Hidden, _gain, _mean, _inverseDeviation, _fastGradient);
}
