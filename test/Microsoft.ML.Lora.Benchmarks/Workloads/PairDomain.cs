using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>A kind of sentence pairs: some to train on, some to fit on that share no question with those, and some to test on.</summary>
/// <param name="Name">What it is called on the command line and in results.</param>
/// <param name="Folder">Has train.tsv.</param>
/// <param name="TestFile">The name of the file to test on.</param>
internal sealed record PairDomain(string Name, string Folder, string TestFile)
{
    private const float HeldShare = 0.1f;
    private const int HeldSubjects = 3;

    /// <summary>Question pairs of all kinds, where the shared data is here.</summary>
    public static PairDomain Quora { get; } = new("qqp", Path.Combine(BuildFacts.SharedDirectory, "data", "qqp"), "dev.tsv");

    /// <summary>The questions of the QuickStart sample.</summary>
    public static PairDomain Support { get; } =
        new("support", Path.Combine(BuildFacts.RepositoryDirectory, "src", "Samples", "SupportQuestions"), "test.tsv");

    /// <summary>The pairs to test on.</summary>
    public LabeledTexts Test() => LabeledTexts.Of(Read(TestFile));

    /// <summary>Splits the training pairs so that no question is on both sides.</summary>
    /// <param name="seed">Decides the split, and which pairs are left out.</param>
    /// <param name="most">The most pairs to train on.</param>
    public (LabeledTexts Train, LabeledTexts Held) Split(ulong seed, int most)
    {
        IReadOnlyList<(string First, string Second, int Label)> rows = Read("train.tsv");
        (IEnumerable<(string, string, int)> train, IEnumerable<(string, string, int)> held) =
            this == Support ? BySubject(rows, seed) : ByComponent(rows, seed);
        (string, string, int)[] shuffled = [.. train];
        new SeededRandom(SeededRandom.Derive(seed, "part")).Shuffle(shuffled.AsSpan());
        return (LabeledTexts.Of([.. shuffled.Take(most)]), LabeledTexts.Of([.. held]));
    }

    /// <summary>Keeps aside whole components of questions that are linked by a pair.</summary>
    private static (IEnumerable<(string, string, int)> Train, IEnumerable<(string, string, int)> Held) ByComponent(
        IReadOnlyList<(string First, string Second, int Label)> rows, ulong seed)
    {
        bool[] aside = ValidationSplit.Choose(SentenceComponents.Of([.. rows.Select(row => (row.First, row.Second))]), HeldShare, seed);
        return (rows.Where((_, row) => !aside[row]), rows.Where((_, row) => aside[row]));
    }

    /// <summary>
    /// Keeps aside the pairs within some subjects, and drops those that have one question of them: every subject is linked to every other by pairs
    /// of different questions. As many duplicates as others are kept, as in the test pairs.
    /// </summary>
    private (IEnumerable<(string, string, int)> Train, IEnumerable<(string, string, int)> Held) BySubject(
        IReadOnlyList<(string First, string Second, int Label)> rows, ulong seed)
    {
        Dictionary<string, string> subjectOf = File.ReadLines(Path.Combine(Folder, "questions.tsv")).Skip(1)
            .Select(line => line.Split('\t')).ToDictionary(fields => fields[2], fields => fields[0]);
        string[] subjects = [.. subjectOf.Values.Distinct()];
        new SeededRandom(SeededRandom.Derive(seed, "subjects")).Shuffle(subjects.AsSpan());
        HashSet<string> held = [.. subjects.Take(HeldSubjects)];
        bool IsHeld(string question) => held.Contains(subjectOf[question]);

        (string, string, int Label)[] inside = [.. rows.Where(row => IsHeld(row.First) && IsHeld(row.Second))];
        int fewer = Math.Min(inside.Count(row => row.Label == 1), inside.Count(row => row.Label == 0));
        return (
            rows.Where(row => !IsHeld(row.First) && !IsHeld(row.Second)),
            inside.Where(row => row.Label == 1).Take(fewer).Concat(inside.Where(row => row.Label == 0).Take(fewer)));
    }

    private IReadOnlyList<(string First, string Second, int Label)> Read(string file) => new PairFile(Path.Combine(Folder, file), Name).Read(int.MaxValue);
}
