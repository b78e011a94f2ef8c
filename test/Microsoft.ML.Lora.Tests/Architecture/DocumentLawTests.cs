using System.Text.RegularExpressions;
using Microsoft.ML.Lora.Tests.Storage;

namespace Microsoft.ML.Lora.Tests.Architecture;

/// <summary>Documents lead to files that there are, and have nothing left to be filled in.</summary>
[TestClass]
public sealed partial class DocumentLawTests
{
    private static readonly string[] Skipped = ["artifacts", "bin", "obj"];

    [TestMethod]
    public void Documents_Links_LeadToFiles()
    {
        string root = BuildFacts.RepositoryDirectory;
        string[] documents = [.. Directory.EnumerateFiles(root, "*.md", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).Any(part => part.StartsWith('.') || Skipped.Contains(part)))];

        string[] faults = [.. documents.SelectMany(Faults)];

        Assert.IsNotEmpty(documents);
        Assert.IsEmpty(faults, string.Join('\n', faults));
    }

    [TestMethod]
    public void Faults_DeadLinkAndPlaceholder_AreNamed()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("a.md");
        File.WriteAllText(file, "[one](b.md) [two](a.md#there) [three](https://example.org) ![four](c.svg)\n@@TABLE@@\n");

        Assert.AreSequenceEqual(
            [$"{file}: there is no file 'b.md' for a link to lead to.", $"{file}: there is no file 'c.svg' for a link to lead to.", $"{file}: '@@TABLE@@' is still to be filled in."],
            Faults(file));
    }

    private static IEnumerable<string> Faults(string document)
    {
        string text = File.ReadAllText(document);
        foreach (Match link in Link().Matches(text))
        {
            string target = link.Groups["target"].Value.Split('#')[0];
            if (target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, target)))
            {
                yield return $"{document}: there is no file '{target}' for a link to lead to.";
            }
        }

        foreach (Match placeholder in Placeholder().Matches(text))
        {
            yield return $"{document}: '{placeholder.Value}' is still to be filled in.";
        }
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("@@[^@]*@@")]
    private static partial Regex Placeholder();
}
