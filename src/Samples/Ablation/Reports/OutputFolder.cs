using SampleConsole;

namespace Ablation.Reports;

/// <summary>The folder that results go into.</summary>
internal static class OutputFolder
{
    public const string HtmlName = "ablation.html";
    private const string MarkdownName = "ablation.md";
    private const string CsvName = "ablation.csv";
    private const string JsonName = "ablation.json";

    /// <summary>Makes the folder, and writes and deletes a file in it: better to fail before the training than after.</summary>
    /// <exception cref="IOException">It cannot be written to.</exception>
    public static void RequireWritable(string path)
    {
        string trial = Path.Combine(path, $"writable.{Environment.ProcessId}.part");
        try
        {
            Directory.CreateDirectory(path);
            File.WriteAllText(trial, "");
            File.Delete(trial);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--output: '{path}' cannot be written to: {exception.Message} Name another folder.", exception);
        }
    }

    /// <summary>Writes the report in all its forms.</summary>
    public static void Write(string path, Report report)
    {
        WholeFile.Write(Path.Combine(path, MarkdownName), MarkdownReport.Of(report));
        WholeFile.Write(Path.Combine(path, CsvName), CsvReport.Of(report));
        WholeFile.Write(Path.Combine(path, JsonName), JsonReport.Of(report));
        WholeFile.Write(Path.Combine(path, HtmlName), HtmlReport.Of(report));
    }
}
