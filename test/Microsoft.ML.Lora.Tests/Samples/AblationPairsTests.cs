using Ablation.Pairs;
using Microsoft.ML.Lora.Tests.Storage;

namespace Microsoft.ML.Lora.Tests.Samples;

/// <summary>How the Ablation sample reads pairs, and keeps some aside that share no question with the rest.</summary>
[TestClass]
public sealed class AblationPairsTests
{
    [TestMethod]
    public void Components_LinkedQuestions_AreOneGroup()
    {
        Func<string, string> group = QuestionGroups.Components([Pair("a", "b"), Pair("c", "d"), Pair("d", "e"), Pair("x", "x"), Pair("e", "a")]);

        Assert.HasCount(1, new[] { "a", "b", "c", "d", "e" }.Select(group).Distinct());
        Assert.AreNotEqual(group("a"), group("x"));
    }

    [TestMethod]
    public void ByGroups_Components_ShareNoQuestionAndDropNoPair()
    {
        LabeledPair[] pairs = [.. Enumerable.Range(0, 100).SelectMany(n => new[] { Pair($"a{n}", $"b{n}", true), Pair($"b{n}", $"c{n}") })];

        (IReadOnlyList<LabeledPair> kept, IReadOnlyList<LabeledPair> aside) = PairSplit.ByGroups(pairs, QuestionGroups.Components(pairs), 0.1);

        Assert.HasCount(20, aside);
        Assert.HasCount(180, kept);
        Assert.IsEmpty(Questions(kept).Intersect(Questions(aside)));
    }

    [TestMethod]
    public void Load_SupportQuestions_KeepsWholeDomainsAsideWithAsManyDuplicatesAsAll()
    {
        PairSet pairs = PairSet.Load(new MLContext(), PairSource.Support(mostPairs: null));

        Assert.AreEqual(0, pairs.KnownTestPairs);
        Assert.AreEqual(0, pairs.KnownValidationPairs);
        Assert.IsGreaterThan(400, pairs.Validation.Count);
        Assert.AreEqual(pairs.Validation.Count, 2 * pairs.Validation.Count(pair => pair.Label));
        Assert.AreEqual(1680, pairs.Test.Count);
    }

    [TestMethod]
    public void Load_FewPairsWanted_AreOfBothLabelsAndTheSameEveryTime()
    {
        PairSet pairs = PairSet.Load(new MLContext(), PairSource.Support(mostPairs: 64));

        Assert.HasCount(64, pairs.Train);
        Assert.IsGreaterThan(25, pairs.Train.Count(pair => pair.Label));
        Assert.IsGreaterThan(25, pairs.Train.Count(pair => !pair.Label));
        Assert.AreEqual(pairs.Digest, PairSet.Load(new MLContext(), PairSource.Support(mostPairs: 64)).Digest);
        Assert.AreNotEqual(pairs.Digest, PairSet.Load(new MLContext(), PairSource.Support(mostPairs: 65)).Digest);
    }

    [TestMethod]
    public void Read_ColumnsInAnyPlace_AreFoundByName()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "pairs.tsv");
        File.WriteAllText(path, "id\tis_duplicate\tquestion2\tquestion1\n1\t1\tb\ta\n2\t0\td\tc\n");

        IReadOnlyList<LabeledPair> pairs = PairFile.Read(new MLContext(), path);

        Assert.AreSequenceEqual(["a b True", "c d False"], pairs.Select(pair => $"{pair.Sentence1} {pair.Sentence2} {pair.Label}"));
    }

    [TestMethod]
    [DataRow("first\tis_duplicate\na\t1\n", "PATH has the columns 'first', 'is_duplicate', but none called 'question1' or 'sentence1'. "
        + "Pairs are tab-separated, with a header line: question1, question2, is_duplicate, in any order and among any others.")]
    [DataRow("", "PATH is empty, but needs a header line and pairs.")]
    [DataRow("question1\tquestion2\tis_duplicate\na\tb\t1\n", "PATH has 0 pairs labelled 0 and 1 labelled 1, but training and measuring need some of both.")]
    public void Read_WrongFile_SaysWhatIsNeeded(string content, string message)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "pairs.tsv");
        File.WriteAllText(path, content);

        InvalidDataException fault = Assert.ThrowsExactly<InvalidDataException>(() => PairFile.Read(new MLContext(), path));

        Assert.AreEqual(message.Replace("PATH", path, StringComparison.Ordinal), fault.Message);
    }

    [TestMethod]
    public void Load_PairsThatHangTogether_AsksForAValidationFile()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "pairs.tsv");
        File.WriteAllLines(path, ["question1\tquestion2\tis_duplicate", .. Enumerable.Range(0, 50).Select(n => $"q{n}\tq{n + 1}\t{n % 2}")]);
        PairSource source = PairSource.Support(mostPairs: null) with { Train = path, Test = path, Subjects = null };

        Assert.AreEqual(
            $"{path}: of its 50 pairs, 0 (0 duplicates) could be kept aside for validation without sharing a question with the rest, "
            + "but some of both labels are needed. Name a file of validation pairs with --validation.",
            Assert.ThrowsExactly<InvalidDataException>(() => PairSet.Load(new MLContext(), source)).Message);
    }

    private static LabeledPair Pair(string first, string second, bool isDuplicate = false) => new() { Sentence1 = first, Sentence2 = second, Label = isDuplicate };

    private static IEnumerable<string> Questions(IEnumerable<LabeledPair> pairs) => pairs.SelectMany(pair => new[] { pair.Sentence1, pair.Sentence2 });
}
