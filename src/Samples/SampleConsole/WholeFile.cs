namespace SampleConsole;

/// <summary>Writes text files whole or not at all.</summary>
public static class WholeFile
{
    /// <summary>Writes a draft beside the file and then puts it in the file's place; folders are made where they do not exist.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="text">Its content.</param>
    public static void Write(string path, string text)
    {
        string target = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        string draft = $"{target}.{Environment.ProcessId}.part";
        try
        {
            File.WriteAllText(draft, text);
            File.Move(draft, target, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
