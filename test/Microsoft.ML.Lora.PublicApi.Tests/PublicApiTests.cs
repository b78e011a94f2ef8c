using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.Lora.PublicApi.Tests;

/// <summary>Nothing becomes public, changes or goes without a line in PublicApi.txt.</summary>
[TestClass]
public sealed class PublicApiTests
{
    private const string AcceptVariable = "LORAML_ACCEPT_PUBLIC_API";

    private static readonly string BaselineFile =
        Path.Combine(BuildFacts.RepositoryDirectory, "test", "Microsoft.ML.Lora.PublicApi.Tests", "PublicApi.txt");

    [TestMethod]
    public void PublicSurface_OfBothAssemblies_EqualsBaseline()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // records print their numbers in the current culture
        string[] actual = [.. PublicSurface.Of(Assembly.Load("Microsoft.ML.Lora")), .. PublicSurface.Of(Assembly.Load("Microsoft.ML.Lora.Mini"))];
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(BaselineFile, string.Join('\n', actual));
        }

        string[] expected = File.ReadAllText(BaselineFile).Split('\n');

        IReadOnlyList<string> differences = LineDifferences.Between(expected, actual);

        Assert.IsEmpty(differences, $"""
            The public surface differs from PublicApi.txt (- baseline, + now):
            {string.Join('\n', differences)}
            If the change is meant, accept it and commit the file: {AcceptVariable}=1 dotnet test test/Microsoft.ML.Lora.PublicApi.Tests
            """);
    }
}
