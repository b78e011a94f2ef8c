using System.Text.RegularExpressions;

namespace Microsoft.ML.Lora.Tests.Samples;

/// <summary>The sample's data set in memory.</summary>
/// <param name="Questions">questions.tsv, in its order.</param>
/// <param name="Train">train.tsv.</param>
/// <param name="Test">test.tsv.</param>
internal sealed partial record SupportQuestions(
    IReadOnlyList<SupportQuestions.Question> Questions, IReadOnlyList<SupportQuestions.Pair> Train, IReadOnlyList<SupportQuestions.Pair> Test)
{
    /// <summary>Reads the three files of the repository.</summary>
    public static SupportQuestions Read() => new(
        [.. Rows("questions.tsv", "domain\tintent\tquestion").Select(row => new Question(row[0], row[1], row[2]))],
        ReadPairs("train.tsv"),
        ReadPairs("test.tsv"));

    /// <summary>Lower-cased runs of letters and digits, apostrophes dropped.</summary>
    public static string[] Words(string text) => [.. Word().Matches(text.ToLowerInvariant().Replace("'", "", StringComparison.Ordinal)).Select(match => match.Value)];

    private static Pair[] ReadPairs(string file) =>
        [.. Rows(file, "question1\tquestion2\tis_duplicate").Select(row => new Pair(row[0], row[1], row[2] switch
        {
            "0" => false,
            "1" => true,
            string other => throw new InvalidDataException($"{file}: a label is '{other}', but it must be 0 or 1."),
        }))];

    private static IEnumerable<string[]> Rows(string file, string header)
    {
        string[] lines = File.ReadAllLines(Path.Combine(BuildFacts.RepositoryDirectory, "src", "Samples", "SupportQuestions", file));
        Assert.AreEqual(header, lines[0]);
        return lines.Skip(1).Select(line =>
        {
            string[] fields = line.Split('\t');
            Assert.HasCount(3, fields, $"{file}: {line}");
            return fields;
        });
    }

    [GeneratedRegex(@"[\p{L}\p{Nd}]+")]
    private static partial Regex Word();

    /// <summary>A question and what it asks for.</summary>
    internal sealed record Question(string Domain, string Intent, string Text);

    /// <summary>Two questions, and whether they are labelled as asking for the same.</summary>
    internal sealed record Pair(string First, string Second, bool IsDuplicate);
}
