using System.Text.RegularExpressions;

namespace Microsoft.ML.Lora.Tests.Architecture;

/// <summary>What a source file must look like to be found again: its folder is its namespace, its name its main type, its size readable.</summary>
internal static partial class SourceLaw
{
    /// <summary>The most lines a file may have; style.md asks for 300.</summary>
    private const int MostLines = 400;

    private static readonly string[] NamelessFolders = ["Utils", "Common", "Helpers", "Misc"];

    // Inside Microsoft.ML.Lora the nearer name would hide these namespaces of its dependencies (CS0234).
    private static readonly string[] HidingFolders = ["Data", "Trainers", "Transforms", "Tokenizers", "TorchSharp"];

    /// <summary>What breaks the law in a file of any project.</summary>
    /// <param name="path">Below the project's folder, with slashes.</param>
    /// <param name="text">The whole file.</param>
    public static IEnumerable<string> ViolationsOfAnyFile(string path, string text)
    {
        int lines = text.Count(letter => letter == '\n');
        if (lines > MostLines)
        {
            yield return $"{path} has {lines} lines, but {MostLines} is the most: split it by purpose.";
        }

        if (ConditionalDirective().IsMatch(text))
        {
            yield return $"{path} has an #if: all ways to build compile the same sources.";
        }
    }

    /// <summary>What breaks the law in a file of the library.</summary>
    /// <param name="rootNamespace">The namespace of the project's own folder.</param>
    /// <param name="path">Below the project's folder, with slashes.</param>
    /// <param name="text">The whole file.</param>
    public static IEnumerable<string> ViolationsOfLibraryFile(string rootNamespace, string path, string text)
    {
        string[] parts = path.Split('/');
        string[] folders = parts[..^1];
        string expected = string.Join('.', folders.Prepend(rootNamespace));
        string actual = NamespaceDeclaration().Match(text).Groups["name"].Value;
        if (actual != expected)
        {
            yield return $"{path} has the namespace '{actual}', but its folder is '{expected}'.";
        }

        // Type.cs, or Type.Part.cs for a part of a large one.
        string mainType = parts[^1].Split('.')[0];
        if (TypeDeclaration().Matches(text).All(match => match.Groups["name"].Value != mainType))
        {
            yield return $"{path} declares no type named {mainType}.";
        }

        foreach (string folder in folders.Intersect(NamelessFolders))
        {
            yield return $"{path} is in {folder}, a name that says nothing.";
        }

        foreach (string folder in folders.Intersect(HidingFolders))
        {
            yield return $"{path} is in {folder}, which hides a namespace of a dependency.";
        }
    }

    [GeneratedRegex(@"^\s*#\s*(if|elif)\b", RegexOptions.Multiline)]
    private static partial Regex ConditionalDirective();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();

    [GeneratedRegex(@"^[\w\s]*\b(class|struct|record|interface|enum|delegate\s+[\w<>?,\s]+)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();
}
