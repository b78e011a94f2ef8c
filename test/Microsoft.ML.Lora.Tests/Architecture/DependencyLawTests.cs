namespace Microsoft.ML.Lora.Tests.Architecture;

/// <summary>Dependencies of the library point down only (see ARCHITECTURE.md).</summary>
[TestClass]
public sealed class DependencyLawTests
{
    private static readonly DependencyLaw Law = new()
    {
        RootNamespace = "Microsoft.ML.Lora",
        Folders = new Dictionary<string, string[]>
        {
            ["Pipeline"] = ["Training", "Scoring", "Engines", "Engines.Managed", "Engines.Torch", "Models", "Tokenization", "Storage", "Primitives"],
            ["Training"] = ["Scoring", "Engines", "Models", "Storage", "Primitives"],
            ["Scoring"] = ["Engines", "Models", "Primitives"],
            ["Engines"] = ["Models", "Primitives"],
            ["Engines.Managed"] = ["Engines", "Engines.Managed.Kernels", "Models", "Primitives"],
            ["Engines.Managed.Kernels"] = [],
            ["Engines.Torch"] = ["Engines", "Models", "Primitives"],
            ["Tokenization"] = ["Primitives"],
            ["Storage"] = ["Models", "Primitives"],
            ["Models"] = ["Primitives"],
            ["Primitives"] = [],
        },
        WithoutVocabulary = ["Engines.Managed.Kernels"],
        UsersOf = assembly => assembly switch
        {
            "Microsoft.ML.Tokenizers" or "Microsoft.ML.Tokenizers.Offline" => ["Tokenization"],
            "TorchSharp" or "TorchSharp.Offline" => ["Engines.Torch"],
            "System.Text.Json" => ["Storage", "Tokenization"],
            _ when assembly.StartsWith("Microsoft.ML.", StringComparison.Ordinal) => [DependencyLaw.FrontDoor, "Pipeline"],
            _ => null,
        },
    };

    private static readonly IReadOnlyList<DefinedType> Library =
        AssemblyUses.Read(Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.Lora.dll"), Law.RootNamespace);

    [TestMethod]
    public void Library_EveryType_KeepsTheDependencyLaw()
    {
        IReadOnlyList<string> violations = Law.Violations(Library);

        Assert.IsEmpty(violations, $"{violations.Count} dependencies break the law:\n{string.Join('\n', violations)}");
    }

    [TestMethod]
    public void Library_Read_HasTypesInEveryFolderThatIsBuilt()
    {
        // A reader that found nothing would keep every law.
        string[] folders = [.. new[] { "", ".Pipeline", ".Training", ".Scoring", ".Engines.Managed.Kernels", ".Engines.Torch", ".Models", ".Tokenization", ".Storage", ".Primitives" }
            .Where(folder => Library.All(type => type.Identity.Namespace != Law.RootNamespace + folder))];

        Assert.IsEmpty(folders, string.Join(' ', folders));
    }
}
