namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>The sizes of a product (rows, depth) · (depth, columns).</summary>
internal readonly record struct ProductShape(int Rows, int Depth, int Columns)
{
    /// <summary>Multiplications and additions.</summary>
    public double Operations => 2.0 * Rows * Depth * Columns;

    /// <summary>As people write it, and as build/references/product_peer.py reads it.</summary>
    public override string ToString() => $"{Rows} {Depth} {Columns}";
}
