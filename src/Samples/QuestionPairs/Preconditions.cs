using Microsoft.ML;

namespace QuestionPairs;

/// <summary>What must hold before a training, so that it is not found out after it.</summary>
internal static class Preconditions
{
    /// <summary>Reads the pairs of a file once: training and measuring need pairs of both labels.</summary>
    /// <exception cref="InvalidDataException">It has none of one label, or a row cannot be read.</exception>
    public static void RequireBothLabels(MLContext ml, IDataView pairs, FileInfo file)
    {
        long[] counts = [0, 0];
        try
        {
            foreach (QuestionPair pair in ml.Data.CreateEnumerable<QuestionPair>(pairs, reuseRowObject: true))
            {
                counts[pair.IsDuplicate ? 1 : 0]++;
            }
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file.FullName}: {exception.GetBaseException().Message}", exception);
        }

        if (counts.Contains(0))
        {
            throw new InvalidDataException(
                $"{file.FullName} has {counts[0]} pairs labelled 0 and {counts[1]} labelled 1, but training and measuring need some of both.");
        }
    }

    /// <summary>Opens a file for writing, and leaves everything as it was.</summary>
    /// <exception cref="DirectoryNotFoundException">Its folder does not exist.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written, or is a folder.</exception>
    public static void RequireWritable(FileInfo? file)
    {
        if (file is null)
        {
            return;
        }

        if (file.Directory is not { Exists: true })
        {
            throw new DirectoryNotFoundException($"--json: the folder '{file.DirectoryName}' does not exist. Make it, or name another.");
        }

        bool existed = file.Exists;
        file.Open(FileMode.OpenOrCreate, FileAccess.Write).Dispose();
        if (!existed)
        {
            file.Delete();
        }
    }
}
