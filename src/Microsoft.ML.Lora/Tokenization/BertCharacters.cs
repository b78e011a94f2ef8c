using System.Globalization;
using System.Text;

namespace Microsoft.ML.Lora.Tokenization;

/// <summary>
/// What Hugging Face's BertNormalizer and BertPreTokenizer make of each Unicode code point, recorded from them.
/// </summary>
/// <remarks>
/// They mix three versions of Unicode, and .NET's own answers change with its version, with ICU's and with invariant globalization.
/// Read from a table, the ids of a text are the same everywhere and for good. The table is the resource bert-characters.txt: lines of
/// a section's name and its entries, code points in hexadecimal; several lines make one section.
/// </remarks>
internal sealed class BertCharacters
{
    private const string Resource = "bert-characters.txt";

    private static readonly Lazy<BertCharacters> Shared = new(() => new BertCharacters(ReadResource()));

    private readonly Dictionary<string, List<string>> _sections = [];

    private BertCharacters(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            if (!line.StartsWith('#'))
            {
                Add(line.Split(' '));
            }
        }

        Stripped = Mapping("stripped");
        Lower = Mapping("lower");
        CombiningClasses = ReadClasses();
    }

    /// <summary>The table, read at its first use.</summary>
    public static BertCharacters Instance => Shared.Value;

    /// <summary>What cleaning takes away.</summary>
    public IEnumerable<int> Removed => Points("removed");

    /// <summary>What cleaning turns into a space.</summary>
    public IEnumerable<int> Whitespace => Points("whitespace");

    /// <summary>What ends a word and belongs to none.</summary>
    public IEnumerable<int> Separating => Points("separating");

    /// <summary>What is a word by itself.</summary>
    public IEnumerable<int> Punctuation => Points("punctuation");

    /// <summary>Ideographs that get a space on either side.</summary>
    public IEnumerable<int> Chinese => Points("chinese");

    /// <summary>What accent stripping takes away: nonspacing marks, and what decomposes into nothing else.</summary>
    public IEnumerable<int> Accents => Points("accent");

    /// <summary>What else accent stripping changes, and into what; Hangul syllables are left to <see cref="HangulSyllable"/>.</summary>
    public IReadOnlyDictionary<int, string> Stripped { get; }

    /// <summary>What lower-casing changes, and into what.</summary>
    public IReadOnlyDictionary<int, string> Lower { get; }

    /// <summary>The canonical combining class of each mark that has one; 0 for all else.</summary>
    public IReadOnlyDictionary<int, int> CombiningClasses { get; }

    private static int Parse(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static IEnumerable<int> Range(string entry)
    {
        string[] ends = entry.Split('-');
        int first = Parse(ends[0]);
        return Enumerable.Range(first, Parse(ends[^1]) - first + 1);
    }

    private static IEnumerable<string> ReadResource()
    {
        using Stream stream = typeof(BertCharacters).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly has lost its resource '{Resource}'.");
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is string line)
        {
            yield return line;
        }
    }

    private void Add(string[] words)
    {
        if (!_sections.TryGetValue(words[0], out List<string>? entries))
        {
            entries = [];
            _sections.Add(words[0], entries);
        }

        entries.AddRange(words.AsSpan(1));
    }

    private IEnumerable<int> Points(string section) => _sections[section].SelectMany(Range);

    private Dictionary<int, string> Mapping(string section)
    {
        var mapping = new Dictionary<int, string>();
        foreach (string entry in _sections[section])
        {
            string[] parts = entry.Split(':');
            mapping.Add(Parse(parts[0]), string.Concat(parts[1].Split('+').Select(code => new Rune(Parse(code)).ToString())));
        }

        return mapping;
    }

    private Dictionary<int, int> ReadClasses()
    {
        var classes = new Dictionary<int, int>();
        foreach (string entry in _sections["combining"])
        {
            string[] parts = entry.Split(':');
            int combiningClass = int.Parse(parts[1], CultureInfo.InvariantCulture);
            foreach (int point in Range(parts[0]))
            {
                classes.Add(point, combiningClass);
            }
        }

        return classes;
    }
}
