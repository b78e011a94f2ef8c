namespace Microsoft.ML.Data;

/// <summary>Compares texts by their characters; unlike <see cref="ReadOnlyMemory{T}"/> itself, which compares by place in memory.</summary>
internal sealed class TextComparer : IEqualityComparer<ReadOnlyMemory<char>>, IComparer<ReadOnlyMemory<char>>
{
    private static TextComparer Instance { get; } = new();

    /// <summary>The comparer of texts, or the default one for other types.</summary>
    internal static IEqualityComparer<TValue> For<TValue>() => Instance as IEqualityComparer<TValue> ?? EqualityComparer<TValue>.Default;

    /// <summary>The order of texts, or the default one of other types.</summary>
    internal static IComparer<TValue> OrderFor<TValue>() => Instance as IComparer<TValue> ?? Comparer<TValue>.Default;

    public bool Equals(ReadOnlyMemory<char> x, ReadOnlyMemory<char> y) => x.Span.SequenceEqual(y.Span);

    public int GetHashCode(ReadOnlyMemory<char> obj) => string.GetHashCode(obj.Span);

    public int Compare(ReadOnlyMemory<char> x, ReadOnlyMemory<char> y) => x.Span.SequenceCompareTo(y.Span);
}

/// <summary>The value of a type that stands for a missing one: NaN for fractions, else the default.</summary>
internal static class MissingValues
{
    internal static TValue Of<TValue>() => default(TValue) switch
    {
        float => (TValue)(object)float.NaN,
        double => (TValue)(object)double.NaN,
        _ => default!,
    };

    /// <summary>Whether a value is missing: NaN, or empty text.</summary>
    internal static bool IsMissing<TValue>(TValue value) => value switch
    {
        float number => float.IsNaN(number),
        double number => double.IsNaN(number),
        ReadOnlyMemory<char> text => text.IsEmpty,
        _ => false,
    };
}
