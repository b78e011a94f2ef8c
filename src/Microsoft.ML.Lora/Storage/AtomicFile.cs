namespace Microsoft.ML.Lora.Storage;

/// <summary>Replaces a file whole or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a draft beside the target, brings it to the disk, and only then puts it in the target's place.</summary>
    /// <param name="path">The file to make or replace; its folder is made where it does not exist.</param>
    /// <param name="write">Writes the content. What it throws, I/O errors apart, comes out as it is; the target stays as it was.</param>
    /// <exception cref="IOException">The file cannot be written; what was there is unchanged.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target) ?? target);
            Replace(target, write);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string outcome = File.Exists(target) ? "The file that was there is unchanged." : "Nothing was written.";
            throw new IOException($"'{target}' cannot be written: {exception.Message} {outcome}", exception);
        }
    }

    private static void Replace(string target, Action<Stream> write)
    {
        // A draft that a crash left behind is overwritten; one that another writer has open refuses.
        string draft = target + ".part";
        using var stream = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None);
        try
        {
            write(stream);
            stream.Flush(flushToDisk: true);
            stream.Dispose();
            File.Move(draft, target, overwrite: true);
        }
        catch
        {
            stream.Dispose();
            File.Delete(draft);
            throw;
        }
    }
}
