using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Lora.Tests.Tokenization;

/// <summary>Under invariant globalization .NET's own normalization does nothing. The ids must be the same.</summary>
[TestClass]
public sealed class InvariantGlobalizationTests
{
    private const string Switch = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

    private static string ExecutableExtension => OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>Tells whether the switch reached the process that runs the tests; in the other process it makes the proof one.</summary>
    [TestMethod]
    public void Normalize_FormD_WorksUnlessSwitchedOff()
    {
        bool isInvariant = Environment.GetEnvironmentVariable(Switch) is "1" or "true";

        Assert.AreEqual(isInvariant ? 1 : 2, "\u00E9".Normalize(NormalizationForm.FormD).Length);
    }

    [TestMethod]
    public void AwkwardLines_UnderInvariantGlobalization_GiveTheSameIds()
    {
        ProcessStartInfo start = new(DotnetHost()) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("vstest");
        start.ArgumentList.Add(typeof(InvariantGlobalizationTests).Assembly.Location);
        start.ArgumentList.Add($"--TestCaseFilter:{string.Join('|', Filters())}");
        start.ArgumentList.Add("--logger:console;verbosity=normal");
        start.Environment[Switch] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.AreEqual(0, process.ExitCode, $"{output}\n{errors.Result}");
        StringAssert.Contains(output, $"Passed {nameof(Normalize_FormD_WorksUnlessSwitchedOff)}", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Filters() =>
        new[]
        {
            nameof(Normalize_FormD_WorksUnlessSwitchedOff),
            nameof(BertNormalizerTests.Normalize_AwkwardLines_GivesTheWordsOfHuggingFace),
            $"{nameof(WordPieceEncoderTests)}.",
        }.Select(name => $"FullyQualifiedName~{name}");

    /// <summary>The program that started the runtime these tests run on.</summary>
    private static string DotnetHost() =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", $"dotnet{ExecutableExtension}"));
}
