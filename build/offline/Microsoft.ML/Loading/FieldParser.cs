using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>Parses a field; if it cannot, the value is the missing one of its type where there is one.</summary>
internal delegate bool FieldParser<T>(ReadOnlyMemory<char> field, out T value);

/// <summary>The parsers of all types. They go by ML.NET's rules in the invariant culture: an empty field is the default.</summary>
internal static class FieldParsers
{
    private const NumberStyles RealStyle = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The parser of a type's values.</summary>
    /// <param name="type">The type; <typeparamref name="T"/> is its raw type.</param>
    /// <param name="isMissingRealNaN">Whether an empty floating-point field is NaN.</param>
    public static FieldParser<T> Create<T>(PrimitiveDataViewType type, bool isMissingRealNaN) => (FieldParser<T>)(type switch
    {
        KeyDataViewType key => KeyParser(key),
        TextDataViewType => (FieldParser<ReadOnlyMemory<char>>)Text,
        BooleanDataViewType => (FieldParser<bool>)Boolean,
        _ => Type.GetTypeCode(type.RawType) switch
        {
            TypeCode.SByte => (FieldParser<sbyte>)Integer,
            TypeCode.Byte => (FieldParser<byte>)Integer,
            TypeCode.Int16 => (FieldParser<short>)Integer,
            TypeCode.UInt16 => (FieldParser<ushort>)Integer,
            TypeCode.Int32 => (FieldParser<int>)Integer,
            TypeCode.UInt32 => (FieldParser<uint>)Integer,
            TypeCode.Int64 => (FieldParser<long>)Integer,
            TypeCode.UInt64 => (FieldParser<ulong>)Integer,
            TypeCode.Single => SingleParser(isMissingRealNaN),
            _ => DoubleParser(isMissingRealNaN),
        },
    });

    /// <summary>Whether a type has a missing value to stand for a bad field.</summary>
    public static bool HasMissingValue(PrimitiveDataViewType type) =>
        type is KeyDataViewType || type.RawType == typeof(float) || type.RawType == typeof(double);

    private static bool Text(ReadOnlyMemory<char> field, out ReadOnlyMemory<char> value)
    {
        value = field;
        return true;
    }

    private static bool Boolean(ReadOnlyMemory<char> field, out bool value)
    {
        const int LongestWord = 5;
        Span<char> lower = stackalloc char[LongestWord];
        bool? parsed = field.Length > LongestWord ? null : lower[..field.Span.ToLowerInvariant(lower)] switch
        {
            "1" or "+1" or "+" or "t" or "true" or "y" or "yes" => true,
            "" or "0" or "-1" or "-" or "f" or "false" or "n" or "no" => false,
            _ => null,
        };
        value = parsed is true;
        return parsed is not null;
    }

    /// <summary>Digits only, after a minus if the type is signed.</summary>
    private static bool Integer<T>(ReadOnlyMemory<char> field, out T value)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        value = default;
        var text = field.Span;
        if (text.IsEmpty)
            return true;
        var digits = text[0] == '-' && T.IsNegative(T.MinValue) ? text[1..] : text;
        return digits.IndexOfAnyExceptInRange('0', '9') < 0
            && T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    private static FieldParser<T> KeyParser<T>(KeyDataViewType key)
        where T : struct, IBinaryInteger<T> =>
        (ReadOnlyMemory<char> field, out T value) =>
        {
            value = default;
            if (field.IsEmpty || IsMissingMark(field.Span))
                return true;
            if (!Integer(field, out ulong parsed) || parsed >= key.Count)
                return false;
            value = T.CreateChecked(parsed + 1);
            return true;
        };

    /// <summary>Keys hold 0-based values in a file, and count from 1 in a column, where 0 is missing.</summary>
    private static Delegate KeyParser(KeyDataViewType key) => Type.GetTypeCode(key.RawType) switch
    {
        TypeCode.Byte => KeyParser<byte>(key),
        TypeCode.UInt16 => KeyParser<ushort>(key),
        TypeCode.UInt32 => KeyParser<uint>(key),
        _ => KeyParser<ulong>(key),
    };

    private static FieldParser<double> DoubleParser(bool isMissingNaN) =>
        (ReadOnlyMemory<char> field, out double value) => Double(field, isMissingNaN, out value);

    private static FieldParser<float> SingleParser(bool isMissingNaN) => (ReadOnlyMemory<char> field, out float value) =>
    {
        var isParsed = Double(field, isMissingNaN, out var parsed);
        value = (float)parsed;
        return isParsed;
    };

    private static bool Double(ReadOnlyMemory<char> field, bool isMissingNaN, out double value)
    {
        var text = field.Span.TrimEnd();
        value = isMissingNaN ? double.NaN : 0;
        if (text.IsEmpty)
            return true;
        // As in ML.NET white space before a number spoils it, unless a single character follows.
        if (char.IsWhiteSpace(text[0]) && text.TrimStart().Length == 1 && field.Length == text.Length)
            text = text[^1..];
        // TryParse also takes words and signs before them; only digits and a point may begin a number here.
        var unsigned = text[0] is '+' or '-' ? text[1..] : text;
        if (unsigned.Length > 0 && (char.IsAsciiDigit(unsigned[0]) || unsigned[0] == '.')
            && double.TryParse(text, RealStyle, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }
        value = text switch
        {
            "Infinity" or "∞" => double.PositiveInfinity,
            "-Infinity" or "-∞" => double.NegativeInfinity,
            _ => double.NaN,
        };
        return !double.IsNaN(value) || text is "NaN" || IsMissingMark(field.Span);
    }

    private static bool IsMissingMark(ReadOnlySpan<char> text) =>
        text is "?"
        || text.Equals("na", StringComparison.OrdinalIgnoreCase)
        || text.Equals("n/a", StringComparison.OrdinalIgnoreCase)
        || text.Equals("nan", StringComparison.OrdinalIgnoreCase);
}
