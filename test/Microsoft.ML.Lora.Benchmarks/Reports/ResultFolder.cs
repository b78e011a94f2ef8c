using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Lora.Benchmarks.Reports;

/// <summary>Where results are written: a table for people and the numbers for programs, both with what they were measured on.</summary>
internal sealed class ResultFolder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly string _path;
    private readonly string _command;

    /// <param name="path">Created when something is written.</param>
    /// <param name="command">The command line that is being run, without the program.</param>
    public ResultFolder(string path, string command)
    {
        _path = path;
        _command = command;
    }

    /// <summary>The folder that is meant unless another is given.</summary>
    public static string Usual { get; } =
        Path.Combine(BuildFacts.RepositoryDirectory, "test", "Microsoft.ML.Lora.Benchmarks", "results");

    /// <summary>Writes and prints a result.</summary>
    /// <param name="name">Of its files, without an extension.</param>
    /// <param name="title">The heading.</param>
    /// <param name="body">Markdown.</param>
    /// <param name="data">The numbers.</param>
    /// <param name="picture">SVG, shown above the body; <see langword="null"/> for none.</param>
    public void Write(string name, string title, string body, JsonNode data, string? picture = null)
    {
        JsonObject facts = RunFacts.Collect(_command);
        var text = new StringBuilder();
        text.Append($"# {title}\n\n");
        foreach ((string key, JsonNode? value) in facts)
        {
            text.Append($"- {key}: {(key == "command" ? $"`{value}`" : value)}\n");
        }

        Directory.CreateDirectory(_path);
        if (picture is not null)
        {
            File.WriteAllText(Path.Combine(_path, $"{name}.svg"), picture);
            text.Append($"\n![{title}]({name}.svg)\n");
        }

        text.Append($"\n{body.TrimEnd()}\n");
        File.WriteAllText(Path.Combine(_path, $"{name}.md"), text.ToString());
        var json = new JsonObject { ["facts"] = facts, ["data"] = data };
        File.WriteAllText(Path.Combine(_path, $"{name}.json"), json.ToJsonString(Indented) + "\n");
        Console.WriteLine(text);
        Console.WriteLine($"Written to {Path.Combine(_path, name)}.{{md,json{(picture is null ? "" : ",svg")}}}");
    }
}
