namespace Microsoft.ML.Data;

/// <summary>How many values a key column has.</summary>
public sealed class KeyCount
{
    /// <summary>As many as its type can hold.</summary>
    public KeyCount()
    {
    }

    /// <summary>That many.</summary>
    public KeyCount(ulong count)
    {
        if (count == 0)
            throw new ArgumentOutOfRangeException(nameof(count), "A key needs at least one value.");
        Count = count;
    }

    /// <summary>The number of values; null for as many as the type can hold.</summary>
    public ulong? Count;
}
