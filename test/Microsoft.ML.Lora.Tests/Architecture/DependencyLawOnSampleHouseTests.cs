namespace Microsoft.ML.Lora.Tests.Architecture;

/// <summary>The law's own test: a small house in this assembly that breaks it in every way.</summary>
[TestClass]
public sealed class DependencyLawOnSampleHouseTests
{
    private const string Root = "Microsoft.ML.Lora.Tests.Architecture.SampleHouse";

    private static readonly DependencyLaw Law = new()
    {
        RootNamespace = Root,
        Folders = new Dictionary<string, string[]>
        {
            ["Upper"] = ["Lower"],
            ["Lower"] = [],
            ["Lower.Kernels"] = [],
        },
        WithoutVocabulary = ["Lower.Kernels"],
        UsersOf = assembly => assembly == "System.Text.Json" ? ["Upper"] : null,
    };

    private static readonly IReadOnlyList<DefinedType> House =
        AssemblyUses.Read(typeof(DependencyLawOnSampleHouseTests).Assembly.Location, Root);

    [TestMethod]
    public void Violations_HouseThatBreaksTheLaw_NamesEachBreachAndNothingElse()
    {
        string[] expected =
        [
            $"{Root}.Cellar.Forgotten is in no folder that the law names.",
            $"{Root}.HiddenAtTheDoor is internal: public types stand in {Root}, and only they.",
            $"{Root}.Lower.Kernels.UsesWord uses {Root}.Word, which Lower.Kernels may not.",
            $"{Root}.Lower.PublicInside is public: public types stand in {Root}, and only they.",
            $"{Root}.Lower.UsesDoor uses {Root}.Door, which Lower may not.",
            $"{Root}.Lower.UsesJson uses System.Text.Json.JsonElement of System.Text.Json, which Lower may not.",
            $"{Root}.Lower.UsesKernel uses {Root}.Lower.Kernels.Kernel, which Lower may not.",
            .. UsesOfService.Select(name => $"{Root}.Lower.{name} uses {Root}.Upper.Service, which Lower may not."),
            $"{Root}.Lower.UsesInAttribute uses {Root}.Upper.MarkAttribute, which Lower may not.",
            $"{Root}.Lower.UsesInInterface uses {Root}.Upper.IContract, which Lower may not.",
        ];

        IReadOnlyList<string> violations = Law.Violations(House);

        Assert.AreEqual(string.Join('\n', expected.Order(StringComparer.Ordinal)), string.Join('\n', violations.Order(StringComparer.Ordinal)));
    }

    [TestMethod]
    public void Vocabulary_FrontDoor_HoldsOnlyTypesThatDependOnNoFolder()
    {
        IEnumerable<string> words = Law.Vocabulary(House).Select(type => type.Name).Order(StringComparer.Ordinal);

        Assert.AreEqual("Choice Word", string.Join(' ', words));
    }

    private static IEnumerable<string> UsesOfService =>
    [
        "UsesInArray", "UsesInBase", "UsesInBody", "UsesInCatch", "UsesInConstraint`1", "UsesInField", "UsesInGenericMethod", "UsesInLambda",
        "UsesInNestedType", "UsesInParameter", "UsesInProperty", "UsesInReturn", "UsesInTypeof",
    ];
}
