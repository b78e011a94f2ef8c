using System.CommandLine;
using SampleConsole;

namespace Microsoft.ML.Lora.Tests.Samples;

/// <summary>How the samples' command lines choose rate rules.</summary>
[TestClass]
public sealed class RateOptionsTests
{
    private const string Forms = "adaptive[,TAU]; ratio,RATE_OF_A,LAMBDA; balanced,RATE; riemannian,RATE[,EPSILON]; fitted,STEPS; equal,RATE";

    [TestMethod]
    public void Choose_RateAlone_IsEqual() => AssertSame(AdapterRates.Equal(2e-3f), RateOptions.Choose("2e-3", null));

    [TestMethod]
    public void Choose_Neither_IsTheDefault() => Assert.IsNull(RateOptions.Choose(null, null));

    [TestMethod]
    public void Choose_EachRule_HasItsConstants()
    {
        AssertSame(AdapterRates.Adaptive(), RateOptions.Choose(null, "adaptive"));
        AssertSame(AdapterRates.Adaptive(8e-3f), RateOptions.Choose(null, "Adaptive, 8e-3"));
        AssertSame(AdapterRates.Ratio(1e-3f, 4), RateOptions.Choose(null, "ratio,1e-3,4"));
        AssertSame(AdapterRates.Balanced(0.001f), RateOptions.Choose(null, "balanced,0.001"));
        AssertSame(AdapterRates.Riemannian(0.001f), RateOptions.Choose(null, "riemannian,0.001"));
        AssertSame(AdapterRates.Riemannian(0.001f, 1e-4f), RateOptions.Choose(null, "riemannian,0.001,1e-4"));
        AssertSame(AdapterRates.Fitted(RateSearchBudget.InSteps(360)), RateOptions.Choose(null, "fitted,360"));
        AssertSame(AdapterRates.Equal(0.004f), RateOptions.Choose(null, "equal,0.004"));
    }

    [TestMethod]
    [DataRow("fast", "'fast' names no rate rule.")]
    [DataRow("", "'' names no rate rule.")]
    [DataRow("equal:0.1", "'equal:0.1' names no rate rule.")]
    [DataRow("equal", "'equal' has 0 constants, but the rule is written equal,RATE.")]
    [DataRow("ratio,0.1", "'ratio,0.1' has 1 constant, but the rule is written ratio,RATE_OF_A,LAMBDA.")]
    [DataRow("adaptive,1,2", "'adaptive,1,2' has 2 constants, but the rule is written adaptive[,TAU].")]
    [DataRow("balanced,x", "'balanced,x': 'x' is no number. The rule is written balanced,RATE.")]
    [DataRow("fitted,0.5", "'fitted,0.5': '0.5' is no whole number of steps. The rule is written fitted,STEPS.")]
    public void Parse_WrongText_SaysWhatThereIs(string text, string problem) =>
        Assert.AreEqual($"{problem} There are {Forms}.", Assert.ThrowsExactly<ArgumentException>(() => RateText.Parse(text)).Message);

    [TestMethod]
    [DataRow("equal,2", "'equal,2': A learning rate must be above 0 and at most 1.")]
    [DataRow("equal,nan", "'equal,nan': A learning rate must be above 0 and at most 1.")]
    [DataRow("adaptive,-1", "'adaptive,-1': The share of itself that a weight moves by in a step must be above 0 and at most 1.")]
    [DataRow("riemannian,0.1,0", "'riemannian,0.1,0': Epsilon must be above 0 and finite.")]
    [DataRow("fitted,0", "'fitted,0': steps ('0') must be a non-negative and non-zero value.")]
    public void Parse_ConstantOutOfRange_SaysWhatIsAllowed(string text, string problem)
    {
        string message = Assert.ThrowsExactly<ArgumentException>(() => RateText.Parse(text)).Message;

        StringAssert.StartsWith(message, problem, StringComparison.Ordinal);
        StringAssert.EndsWith(message, $"There are {Forms}.", StringComparison.Ordinal);
    }

    [TestMethod]
    public void CommandLine_OneOption_IsRead() => AssertSame(AdapterRates.Ratio(1e-3f, 4), Parse("--rates", "ratio,1e-3,4").Rule());

    [TestMethod]
    public void CommandLine_Both_IsRefused()
    {
        ParseResult result = Parse("--rate", "1e-3", "--rates", "adaptive").Result;

        Assert.AreEqual(
            "--rate 1e-3 and --rates adaptive were both given, but --rate RATE is --rates equal,RATE: give one of them, or neither for the default. "
            + $"The rules are {Forms}.",
            result.Errors.Single().Message);
    }

    [TestMethod]
    public void CommandLine_RateThatIsNone_IsRefused() => StringAssert.StartsWith(
        Parse("--rate", "high").Result.Errors.Single().Message, "'equal,high': 'high' is no number.", StringComparison.Ordinal);

    private static (ParseResult Result, Func<AdapterRateRule?> Rule) Parse(params string[] arguments)
    {
        var options = new RateOptions();
        var command = new RootCommand();
        options.AddTo(command);
        ParseResult result = command.Parse(arguments);
        return (result, () => options.Of(result));
    }

    private static void AssertSame(AdapterRateRule expected, AdapterRateRule? actual) => Assert.AreEqual(expected.Description, actual?.Description);
}
