using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>
/// The gradient of a trained matrix, gradYᵀ·x, a sum over the tokens that go through a layer together, beside the product of the same
/// arithmetic with a matrix packed before: what it costs that both operands are as they come.
/// </summary>
[MemoryDiagnoser]
public class GradWeightBenchmarks
{
    private Memory<float> _x;
    private Memory<float> _gradY;
    private Memory<float> _panels;
    private Memory<float> _y;
    private float[] _plain = [];
    private float[] _fast = [];

    /// <summary>Attention's output projection, and the feed-forward block's two matrices, of mini and small.</summary>
    [Params("256x256", "1024x256", "256x1024", "384x384", "1536x384", "384x1536")]
    public string Matrix { get; set; } = "";

    private int Outputs => int.Parse(Matrix.Split('x')[0]);

    private int Inputs => int.Parse(Matrix.Split('x')[1]);

    [GlobalSetup]
    public void Setup()
    {
        _x = Aligned(Sizes.Rows * Inputs, 1);
        _gradY = Aligned(Sizes.Rows * Outputs, 2);
        _y = Aligned(Sizes.Rows * Outputs, 3);
        _panels = AlignedMemory.Allocate(PanelProduct.PackedLength(Inputs, Outputs));
        PanelProduct.PackTransposed(RandomFloats.Make(Outputs * Inputs, 4), Inputs, Outputs, _panels.Span);
        _plain = new float[Outputs * Inputs];
        _fast = new float[Outputs * Inputs];
        Plain();
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark]
    public void Plain()
    {
        ReadOnlySpan<float> x = _x.Span;
        ReadOnlySpan<float> gradY = _gradY.Span;
        for (int row = 0; row < Sizes.Rows; row++)
        {
            for (int i = 0; i < Outputs; i++)
            {
                float factor = gradY[(row * Outputs) + i];
                for (int j = 0; j < Inputs; j++)
                {
                    _plain[(i * Inputs) + j] += factor * x[(row * Inputs) + j];
                }
            }
        }
    }

    [Benchmark(Baseline = true)]
    public void PackedForward() => PanelProduct.Multiply(_x.Span, Sizes.Rows, Inputs, Inputs, _panels.Span, Outputs, _y.Span, Outputs);

    [Benchmark]
    public void Fast() => DenseProduct.GradWeightAdd(_gradY.Span, Sizes.Rows, Outputs, Outputs, _x.Span, Inputs, _fast);

    private static Memory<float> Aligned(int length, ulong seed)
    {
        Memory<float> memory = AlignedMemory.Allocate(length);
        RandomFloats.Make(length, seed).CopyTo(memory);
        return memory;
    }
}
