using System.Diagnostics;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>What our own matrix product reaches on one core, measured as build/references/product_peer.py measures the peers'.</summary>
internal static class ProductRate
{
    private const int WarmProducts = 3;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(0.1);

    private static readonly ProductShape[] LargeShapes = [new(2048, 256, 1024), new(2048, 384, 1536)];

    /// <summary>GFLOP/s at sizes that suit every library: what floors are drawn with where no peer says more.</summary>
    public static double OfLargeProducts() => LargeShapes.Max(Of);

    /// <summary>GFLOP/s of the fastest product in a tenth of a second, with a weight packed before.</summary>
    public static double Of(ProductShape shape)
    {
        (int rows, int depth, int columns) = shape;
        Memory<float> left = AlignedMemory.Allocate(rows * depth);
        RandomFloats.Make(rows * depth, 1).CopyTo(left);
        Memory<float> panels = AlignedMemory.Allocate(PanelProduct.PackedLength(depth, columns));
        PanelProduct.Pack(RandomFloats.Make(depth * columns, 2), depth, columns, panels.Span);
        Memory<float> result = AlignedMemory.Allocate(rows * columns);
        for (int i = 0; i < WarmProducts; i++)
        {
            PanelProduct.Multiply(left.Span, rows, depth, depth, panels.Span, columns, result.Span, columns);
        }

        TimeSpan fastest = TimeSpan.MaxValue;
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Time;)
        {
            long start = Stopwatch.GetTimestamp();
            PanelProduct.Multiply(left.Span, rows, depth, depth, panels.Span, columns, result.Span, columns);
            TimeSpan taken = Stopwatch.GetElapsedTime(start);
            fastest = taken < fastest ? taken : fastest;
        }

        return shape.Operations / fastest.TotalSeconds / 1e9;
    }
}
