using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Lora.Storage;
using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Tests.Tokenization;

/// <summary>
/// Awkward lines and what Hugging Face's own tokenizer makes of them; written by build/references/make_tokenizer_goldens.py.
/// </summary>
internal static partial class Goldens
{
    /// <summary>The settings of which there are goldens, by the name in the files.</summary>
    public static IReadOnlyDictionary<string, BertNormalization> Normalizations { get; } = new Dictionary<string, BertNormalization>
    {
        ["uncased"] = new(),
        ["cased"] = new() { Lowercase = false },
        ["uncased-accents"] = new() { StripAccents = false },
        ["cased-stripped"] = new() { StripAccents = true, Lowercase = false },
        ["unspaced"] = new() { SpaceIdeographs = false },
        ["unclean"] = new() { CleanText = false },
    };

    /// <summary>The awkward lines.</summary>
    public static IReadOnlyList<string> Texts { get; } =
        [.. Lines("awkward.jsonl").Select(line => Unescaped(TextMember().Match(line).Groups[1].Value))];

    /// <summary>The lines of a golden file.</summary>
    public static string[] Lines(string file) => File.ReadAllText(PathOf(file)).TrimEnd('\n').Split('\n');

    /// <summary>For each awkward line its words.</summary>
    public static string[][] Words(string normalization) =>
        [.. Lines($"awkward.{normalization}.words.jsonl").Select(line => JsonSerializer.Deserialize<string[]>(line)!)];

    /// <summary>A golden file that is one JSON object.</summary>
    public static JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllText(PathOf(file))).RootElement;

    /// <summary>Whole numbers between spaces.</summary>
    public static int[] Ids(string line) =>
        [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];

    /// <summary>Every character of the awkward lines, each at a word's start and inside; with a few longer tokens.</summary>
    public static Vocabulary CharacterVocabulary()
    {
        using Stream stream = File.OpenRead(PathOf("characters.vocab.txt"));
        return Vocabulary.FromLines(stream, "characters.vocab.txt");
    }

    /// <summary>The embedded encoder's files.</summary>
    public static AssemblySource Mini() => AssemblySource.Load("Microsoft.ML.Lora.Mini", "LoraMl.Mini");

    private static string PathOf(string file) =>
        Path.Combine(BuildFacts.RepositoryDirectory, "test", "Microsoft.ML.Lora.Tests", "Data", "tokenization", file);

    // A JSON reader would refuse the lone surrogates.
    private static string Unescaped(string json) => Escape().Replace(json, match => match.Value[1] switch
    {
        'u' => ((char)int.Parse(match.Groups[1].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString(),
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'b' => "\b",
        'f' => "\f",
        char literal => literal.ToString(),
    });

    [GeneratedRegex("\"text\": \"(.*)\"}$")]
    private static partial Regex TextMember();

    [GeneratedRegex(@"\\(?:u([0-9a-f]{4})|.)")]
    private static partial Regex Escape();
}
