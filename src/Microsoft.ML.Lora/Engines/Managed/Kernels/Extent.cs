using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>Holds the sizes that a kernel is given against the spans that it is given, before it goes past bounds checks.</summary>
internal static class Extent
{
    /// <summary>Checks that a span holds a row-major matrix: <paramref name="rows"/> rows of <paramref name="columns"/> numbers.</summary>
    /// <exception cref="ArgumentException">It does not, or a size is negative.</exception>
    public static void Check(int length, int rows, int columns, string name) => Check(length, rows, columns, columns, name);

    /// <summary>Checks that a span holds a row-major matrix whose rows begin <paramref name="stride"/> numbers apart.</summary>
    /// <exception cref="ArgumentException">It does not, a size is negative, or the rows overlap.</exception>
    public static void Check(int length, int rows, int columns, int stride, string name)
    {
        bool isLegal = (rows | columns) >= 0 && stride >= columns;
        if (!isLegal || (rows > 0 && ((long)(rows - 1) * stride) + columns > length))
        {
            Throw(length, rows, columns, stride, name);
        }
    }

    [DoesNotReturn]
    private static void Throw(int length, int rows, int columns, int stride, string name) => throw new ArgumentException(
        $"'{name}' holds {length} numbers, which is no matrix of {rows} rows of {columns}, each row {stride} after the one before.", name);
}
