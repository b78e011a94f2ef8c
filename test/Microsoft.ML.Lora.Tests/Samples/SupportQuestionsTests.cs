using static Microsoft.ML.Lora.Tests.Samples.SupportQuestions;

namespace Microsoft.ML.Lora.Tests.Samples;

[TestClass]
public sealed class SupportQuestionsTests
{
    private const double MostByWordOverlap = 0.75;

    private static readonly SupportQuestions Data = Read();

    [TestMethod]
    public void Questions_OfTheSample_KeepTheLaw()
    {
        string[] violations = [.. SupportQuestionsLaw.ViolationsOfQuestions(Data.Questions)];

        Assert.IsEmpty(violations, string.Join('\n', violations));
    }

    [TestMethod]
    public void Pairs_OfTheSample_KeepTheLaw()
    {
        string[] violations = [.. SupportQuestionsLaw.ViolationsOfPairs(Data)];

        Assert.IsEmpty(violations, string.Join('\n', violations));
    }

    [TestMethod]
    public void WordOverlap_OnTheTestPairs_TellsLittle()
    {
        WordOverlap overlap = new(Data);
        foreach (Func<string, string, double> likeness in (Func<string, string, double>[])[WordOverlap.Jaccard, WordOverlap.OverlapCoefficient, overlap.RarityCosine])
        {
            (double fromTrain, double best) = overlap.Accuracies(likeness);

            Assert.IsGreaterThan(0.5, fromTrain, likeness.Method.Name);
            Assert.IsGreaterThanOrEqualTo(fromTrain, best, likeness.Method.Name);
            Assert.IsLessThan(MostByWordOverlap, best, likeness.Method.Name);
        }
    }

    [TestMethod]
    public void WordOverlap_WhereDifferentIntentsShareNoWord_TellsAll()
    {
        SupportQuestions easy = Data with
        {
            Test = [.. Data.Test.Where(pair => pair.IsDuplicate ? WordOverlap.Jaccard(pair.First, pair.Second) > 0.2 : WordOverlap.Jaccard(pair.First, pair.Second) == 0)],
        };

        Assert.AreEqual(1, new WordOverlap(easy).Accuracies(WordOverlap.Jaccard).Best);
    }

    [TestMethod]
    public void ViolationsOfQuestions_OtherCaseAndPunctuation_NamesThem() => AssertQuestions(
        text => text.ToUpperInvariant().Replace(",", "", StringComparison.Ordinal),
        "The same words: I forgot my password, how can I set a new one? | I FORGOT MY PASSWORD HOW CAN I SET A NEW ONE?");

    [TestMethod]
    public void ViolationsOfQuestions_OtherOrder_NamesThem() => AssertQuestions(
        _ => "How can I set a new one? I forgot my password.",
        "The same words: I forgot my password, how can I set a new one? | How can I set a new one? I forgot my password.");

    [TestMethod]
    public void ViolationsOfQuestions_OneWordReplaced_NamesThem() => AssertQuestions(
        text => text.Replace("set", "choose", StringComparison.Ordinal),
        "One word apart: I forgot my password, how can I set a new one? | I forgot my password, how can I choose a new one?");

    [TestMethod]
    public void ViolationsOfQuestions_FewQuestions_CountsThem() => Assert.AreSequenceEqual(
        ["There are 1 intents.", "There are 1 domains.", "(account_login, forgot_password) has 5 questions."],
        SupportQuestionsLaw.ViolationsOfQuestions([.. Data.Questions.Take(5)]));

    [TestMethod]
    public void ViolationsOfPairs_LabelTurned_NamesIt()
    {
        Pair turned = Data.Train[0] with { IsDuplicate = !Data.Train[0].IsDuplicate };

        AssertPairs(Data with { Train = [turned, .. Data.Train.Skip(1)] }, $"Wrong label: {turned}");
    }

    [TestMethod]
    public void ViolationsOfPairs_PairTurnedRound_NamesIt() => AssertPairs(
        Data with { Train = [.. Data.Train, new Pair(Data.Train[0].Second, Data.Train[0].First, Data.Train[0].IsDuplicate)] },
        $"Twice: {Data.Train[0]}");

    [TestMethod]
    public void ViolationsOfPairs_QuestionNotInTheFile_NamesIt()
    {
        Pair unknown = new("Never written?", Data.Train[0].Second, false);

        AssertPairs(Data with { Train = [.. Data.Train, unknown] }, $"Not in questions.tsv: {unknown}");
    }

    [TestMethod]
    public void ViolationsOfPairs_TestPairInTrain_NamesTheIntent()
    {
        Pair moved = Data.Test.First(pair => pair.IsDuplicate);
        Question question = Data.Questions.Single(question => question.Text == moved.First);

        AssertPairs(
            Data with { Train = [.. Data.Train, moved], Test = [.. Data.Test.Where(pair => pair != moved)] },
            $"In both parts: {(question.Domain, question.Intent)}");
    }

    [TestMethod]
    public void ViolationsOfPairs_DuplicatesAlone_LacksSiblings() => AssertPairs(
        Data with { Test = [.. Data.Test.Where(pair => pair.IsDuplicate)] }, "Of 840 pairs in test, 0 are of siblings.");

    [TestMethod]
    public void ViolationsOfPairs_NoTrainingPairs_CountsTheOthers() => AssertPairs(Data with { Train = [] }, "There are 1680 pairs.");

    private static void AssertQuestions(Func<string, string> change, string expected)
    {
        Question first = Data.Questions[0];
        Question[] tampered = [first, first with { Text = change(first.Text) }, .. Data.Questions.Skip(1)];

        Assert.AreSequenceEqual([expected], SupportQuestionsLaw.ViolationsOfQuestions(tampered));
    }

    private static void AssertPairs(SupportQuestions tampered, string expected) =>
        Assert.AreSequenceEqual([expected], SupportQuestionsLaw.ViolationsOfPairs(tampered));
}
