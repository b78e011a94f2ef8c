using System.Globalization;

namespace Microsoft.ML.Lora.Primitives;

/// <summary>
/// Small values under names, kept beside tensors in a file: options, counters, random states. Each is text, the same in every culture,
/// from which the value comes back exactly.
/// </summary>
internal sealed class Facts
{
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The facts of a file.</summary>
    public static Facts From(IEnumerable<KeyValuePair<string, string>> values)
    {
        var facts = new Facts();
        foreach ((string key, string value) in values)
        {
            facts.Set(key, value);
        }

        return facts;
    }

    /// <summary>All facts as text, in ordinal order of their names.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Whether there is a fact of that name.</summary>
    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>Sets a text.</summary>
    public void Set(string key, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        _values[key] = value;
    }

    /// <summary>Sets a whole number.</summary>
    public void Set(string key, long value) => Set(key, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Sets 64 bits: a seed, or a word of a random state.</summary>
    public void Set(string key, ulong value) => Set(key, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Sets a number; infinities and not-a-number are legal.</summary>
    public void Set(string key, double value) => Set(key, value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Sets a yes or no.</summary>
    public void Set(string key, bool value) => Set(key, value ? "true" : "false");

    /// <summary>A text.</summary>
    /// <exception cref="InvalidDataException">There is no fact of that name.</exception>
    public string Text(string key) => _values.TryGetValue(key, out string? value)
        ? value
        : throw new InvalidDataException($"The value '{key}' is missing.");

    /// <summary>A whole number.</summary>
    /// <exception cref="InvalidDataException">It is missing, or not a whole number of 64 bits.</exception>
    public long Whole(string key) => long.TryParse(Text(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
        ? value
        : throw Wrong(key, "a whole number");

    /// <summary>A whole number in a range.</summary>
    /// <exception cref="InvalidDataException">It is missing, or not a whole number from <paramref name="least"/> to <paramref name="most"/>.</exception>
    public int Whole(string key, int least, int most) =>
        long.TryParse(Text(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most
            ? (int)value
            : throw Wrong(key, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    /// <summary>How many there are of something.</summary>
    /// <exception cref="InvalidDataException">It is missing, or not a whole number from 0 to 2³¹ − 1.</exception>
    public int Count(string key) => Whole(key, 0, int.MaxValue);

    /// <summary>How many entries of a list are among the facts, each of which is one fact at least.</summary>
    /// <exception cref="InvalidDataException">It is missing, or not a whole number from 0 to the number of facts.</exception>
    public int Entries(string key) => Whole(key, 0, _values.Count);

    /// <summary>64 bits.</summary>
    /// <exception cref="InvalidDataException">It is missing, or not a whole number from 0 to 2⁶⁴ − 1.</exception>
    public ulong Bits(string key) => ulong.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
        ? value
        : throw Wrong(key, "a whole number from 0 to 18446744073709551615");

    /// <summary>A number.</summary>
    /// <exception cref="InvalidDataException">It is missing, or not a number.</exception>
    public double Number(string key) => double.TryParse(Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
        ? value
        : throw Wrong(key, "a number");

    /// <summary>A number that not every value is allowed for.</summary>
    /// <param name="key">The name.</param>
    /// <param name="allows">Tells what is allowed.</param>
    /// <param name="allowed">The same in words, behind "a number".</param>
    /// <exception cref="InvalidDataException">It is missing, not a number, or not allowed.</exception>
    public double Number(string key, Predicate<double> allows, string allowed) =>
        Number(key) is var value && allows(value) ? value : throw Wrong(key, $"a number {allowed}");

    /// <summary>A yes or no.</summary>
    /// <exception cref="InvalidDataException">It is missing, or neither <c>true</c> nor <c>false</c>.</exception>
    public bool Flag(string key) => Text(key) switch
    {
        "true" => true,
        "false" => false,
        _ => throw Wrong(key, "true or false"),
    };

    private InvalidDataException Wrong(string key, string allowed) => new($"The value '{key}' must be {allowed}, but is '{Text(key)}'.");
}
