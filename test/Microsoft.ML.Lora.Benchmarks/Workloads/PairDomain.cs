using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Training;

using Row = (string First, string Second, int Label);

namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>A kind of sentence pairs: some to train on, and others that share no question with those to fit and to judge on.</summary>
/// <param name="Name">What it is called on the command line and in results.</param>
/// <param name="Folder">Has train.tsv.</param>
/// <param name="TestFile">The name of the file to test on.</param>
internal sealed record PairDomain(string Name, string Folder, string TestFile)
{
    private const float HeldShare = 0.1f;
    private const float JudgedShare = 0.5f;
    private const int HeldSubjects = 3;
    private const int JudgedSubjects = 2;

    /// <summary>Question pairs of all kinds, where the shared data is here.</summary>
    public static PairDomain Quora { get; } = new("qqp", Path.Combine(BuildFacts.SharedDirectory, "data", "qqp"), "dev.tsv");

    /// <summary>The questions of the QuickStart sample.</summary>
    public static PairDomain Support { get; } =
        new("support", Path.Combine(BuildFacts.RepositoryDirectory, "src", "Samples", "SupportQuestions"), "test.tsv");

    /// <summary>Splits the training pairs so that no question is in two parts.</summary>
    /// <param name="seed">Decides the split, and which pairs are left out.</param>
    /// <param name="most">The most pairs to train on.</param>
    /// <param name="judgedBy">Where the pairs to judge by come from.</param>
    public PairParts Split(ulong seed, int most, JudgedBy judgedBy)
    {
        IReadOnlyList<Row> rows = Read("train.tsv");
        bool keepJudge = judgedBy == JudgedBy.TrainingPart;
        (IEnumerable<Row> train, IEnumerable<Row> held, IEnumerable<Row> judge) =
            this == Support ? BySubject(rows, seed, keepJudge) : ByComponent(rows, seed, keepJudge);
        Row[] shuffled = [.. train];
        new SeededRandom(SeededRandom.Derive(seed, "part")).Shuffle(shuffled.AsSpan());
        return new PairParts(LabeledTexts.Of([.. shuffled.Take(most)]), LabeledTexts.Of([.. held]), LabeledTexts.Of(keepJudge ? [.. judge] : Read(TestFile)));
    }

    /// <summary>Keeps aside whole components of questions that are linked by a pair.</summary>
    private static (IEnumerable<Row> Train, IEnumerable<Row> Held, IEnumerable<Row> Judge) ByComponent(IReadOnlyList<Row> rows, ulong seed, bool keepJudge)
    {
        int[] components = SentenceComponents.Of([.. rows.Select(row => (row.First, row.Second))]);
        bool[] held = ValidationSplit.Choose(components, HeldShare, seed);
        bool[] judge = keepJudge ? ValidationSplit.Choose(components, JudgedShare, SeededRandom.Derive(seed, "judge")) : new bool[rows.Count];
        return (rows.Where((_, row) => !held[row] && !judge[row]), rows.Where((_, row) => held[row]), rows.Where((_, row) => judge[row] && !held[row]));
    }

    /// <summary>
    /// Keeps aside the pairs within some subjects, and drops those that have one question of them: every subject is linked to every other by pairs
    /// of different questions. As many duplicates as others are kept, as in the test pairs.
    /// </summary>
    private (IEnumerable<Row> Train, IEnumerable<Row> Held, IEnumerable<Row> Judge) BySubject(IReadOnlyList<Row> rows, ulong seed, bool keepJudge)
    {
        Dictionary<string, string> subjectOf = File.ReadLines(Path.Combine(Folder, "questions.tsv")).Skip(1)
            .Select(line => line.Split('\t')).ToDictionary(fields => fields[2], fields => fields[0]);
        string[] subjects = [.. subjectOf.Values.Distinct()];
        new SeededRandom(SeededRandom.Derive(seed, "subjects")).Shuffle(subjects.AsSpan());
        string[] present = [.. subjects.Intersect(rows.Select(row => subjectOf[row.First]))];
        HashSet<string> held = [.. present.Take(HeldSubjects)];
        HashSet<string> judge = keepJudge ? [.. present.Skip(HeldSubjects).Take(JudgedSubjects)] : [];
        bool IsAside(string question) => held.Contains(subjectOf[question]) || judge.Contains(subjectOf[question]);
        return (rows.Where(row => !IsAside(row.First) && !IsAside(row.Second)), Within(held), Within(judge));

        IEnumerable<Row> Within(HashSet<string> some)
        {
            Row[] inside = [.. rows.Where(row => some.Contains(subjectOf[row.First]) && some.Contains(subjectOf[row.Second]))];
            int fewer = Math.Min(inside.Count(row => row.Label == 1), inside.Count(row => row.Label == 0));
            return inside.Where(row => row.Label == 1).Take(fewer).Concat(inside.Where(row => row.Label == 0).Take(fewer));
        }
    }

    private IReadOnlyList<Row> Read(string file) => new PairFile(Path.Combine(Folder, file), Name).Read(int.MaxValue);
}
