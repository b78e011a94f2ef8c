namespace Microsoft.ML.Lora.Tests.Architecture;

[TestClass]
public sealed class SourceLawTests
{
    private const string Good = "namespace Root.Storage;\n\n/// <summary>A file.</summary>\ninternal sealed class Header\n{\n}\n";

    [TestMethod]
    public void Sources_OfEveryProject_KeepTheLaw()
    {
        string[] violations = [.. new[] { "src", "test", "build" }
            .SelectMany(folder => Sources(folder))
            .SelectMany(file => SourceLaw.ViolationsOfAnyFile(file.Path, file.Text))];

        Assert.IsEmpty(violations, string.Join('\n', violations));
    }

    [TestMethod]
    public void Sources_OfTheLibrary_KeepTheLaw()
    {
        (string Path, string Text)[] files = [.. Sources("src/Microsoft.ML.Lora")];

        string[] violations = [.. files.SelectMany(file => SourceLaw.ViolationsOfLibraryFile("Microsoft.ML.Lora", file.Path, file.Text))];

        Assert.IsNotEmpty(files);
        Assert.IsEmpty(violations, string.Join('\n', violations));
    }

    [TestMethod]
    public void ViolationsOfAnyFile_LongOrConditionalFile_NamesIt()
    {
        Assert.IsEmpty(SourceLaw.ViolationsOfAnyFile("A.cs", Good + new string('\n', 394)));
        Assert.AreSequenceEqual(
            ["A.cs has 401 lines, but 400 is the most: split it by purpose."],
            SourceLaw.ViolationsOfAnyFile("A.cs", Good + new string('\n', 395)));
        Assert.AreSequenceEqual(
            ["A.cs has an #if: all ways to build compile the same sources."],
            SourceLaw.ViolationsOfAnyFile("A.cs", Good + "  #if DEBUG\n#endif\n"));
    }

    [TestMethod]
    public void ViolationsOfLibraryFile_GoodFile_FindsNone()
    {
        Assert.IsEmpty(SourceLaw.ViolationsOfLibraryFile("Root", "Storage/Header.cs", Good));
        Assert.IsEmpty(SourceLaw.ViolationsOfLibraryFile("Root", "Storage/Header.Reading.cs", Good));
        Assert.IsEmpty(SourceLaw.ViolationsOfLibraryFile("Root", "Update.cs", "namespace Root;\n\ninternal delegate void Update(int step);\n"));
        Assert.IsEmpty(SourceLaw.ViolationsOfLibraryFile("Root", "Span.cs", "namespace Root;\n\npublic readonly record struct Span(int Start);\n"));
    }

    [TestMethod]
    [DataRow("Models/Header.cs", "Models/Header.cs has the namespace 'Root.Storage', but its folder is 'Root.Models'.")]
    [DataRow("Header.cs", "Header.cs has the namespace 'Root.Storage', but its folder is 'Root'.")]
    [DataRow("Storage/Footer.cs", "Storage/Footer.cs declares no type named Footer.")]
    public void ViolationsOfLibraryFile_MisplacedFile_NamesIt(string path, string expected) =>
        Assert.AreSequenceEqual([expected], SourceLaw.ViolationsOfLibraryFile("Root", path, Good));

    [TestMethod]
    [DataRow("Helpers", "a name that says nothing")]
    [DataRow("Transforms", "which hides a namespace of a dependency")]
    public void ViolationsOfLibraryFile_ForbiddenFolder_NamesIt(string folder, string reason) =>
        Assert.AreSequenceEqual(
            [$"{folder}/Header.cs is in {folder}, {reason}."],
            SourceLaw.ViolationsOfLibraryFile("Root", $"{folder}/Header.cs", Good.Replace("Storage", folder, StringComparison.Ordinal)));

    private static IEnumerable<(string Path, string Text)> Sources(string folder)
    {
        string root = Path.Combine(BuildFacts.RepositoryDirectory, folder);
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(root, file).Replace('\\', '/'), Text: File.ReadAllText(file)))
            .Where(file => !file.Path.Split('/').Any(part => part is "bin" or "obj"));
    }
}
