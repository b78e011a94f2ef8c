namespace Microsoft.ML.Data;

/// <summary>Reads the lines that are rows, file after file, with their numbers, which begin at 1 in each file.</summary>
internal static class LineReader
{
    private const string CommentMark = "//";

    public static IEnumerable<(long Number, string Text)> Read(IMultiStreamSource source, bool hasHeader, long maxRows)
    {
        long rows = 0;
        for (var index = 0; index < source.Count && rows < maxRows; index++)
        {
            using var reader = source.OpenTextReader(index);
            var isBeforeFirst = true;
            long number = 0;
            while (rows < maxRows && reader.ReadLine() is { } line)
            {
                number++;
                if (line.Length == 0 || line.StartsWith(CommentMark, StringComparison.Ordinal) || (isBeforeFirst && line[0] == '#'))
                    continue;
                var isHeading = isBeforeFirst && hasHeader;
                isBeforeFirst = false;
                if (isHeading)
                    continue;
                rows++;
                yield return (number, line);
            }
        }
    }
}
