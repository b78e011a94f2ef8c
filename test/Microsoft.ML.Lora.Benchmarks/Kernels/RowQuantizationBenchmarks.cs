using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Rounding a product's input to bytes, a scale for each row.</summary>
[MemoryDiagnoser]
public class RowQuantizationBenchmarks
{
    private const float Most = 127;

    private float[] _x = [];
    private byte[] _bytes = [];
    private sbyte[] _plain = [];
    private float[] _scales = [];
    private float[] _plainScales = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Columns { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _x = RandomFloats.Make(Sizes.Rows * Columns, 1);
        _bytes = new byte[Sizes.Rows * RowQuantization.Stride(Columns)];
        _plain = new sbyte[Sizes.Rows * Columns];
        _scales = new float[Sizes.Rows];
        _plainScales = new float[Sizes.Rows];
        Plain();
        Fast();
        Agreement.Require(_plainScales, _scales);
    }

    [Benchmark(Baseline = true)]
    public void Plain()
    {
        for (int row = 0; row < Sizes.Rows; row++)
        {
            ReadOnlySpan<float> x = _x.AsSpan(row * Columns, Columns);
            float largest = 0;
            foreach (float value in x)
            {
                largest = MathF.Max(largest, MathF.Abs(value));
            }

            _plainScales[row] = largest / Most;
            for (int i = 0; i < x.Length; i++)
            {
                _plain[(row * Columns) + i] = (sbyte)MathF.Round(x[i] * Most / largest);
            }
        }
    }

    [Benchmark]
    public void Fast() => RowQuantization.Quantize(_x, Sizes.Rows, Columns, _bytes, _scales);
}
