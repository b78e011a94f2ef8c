using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>What to say where working memory is too little.</summary>
/// <remarks>
/// Working memory goes by the threads and by the tokens of the chunk that each is busy with, not by the batch: a batch of any size is worked
/// off in chunks. So it is fewer threads that help first, then shorter sequences, and in training batches below the size of a chunk.
/// </remarks>
internal static class MemoryShortage
{
    /// <summary>The exception that says what was needed and what would fit.</summary>
    /// <param name="workspace">One of the workspaces that should have grown.</param>
    /// <param name="largest">The size that they should have grown to: the smallest chunks that the batch can be split into.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="available">The bytes that they may take up together.</param>
    public static InsufficientMemoryException Describe(Workspace workspace, PackedChunk largest, int count, long available)
    {
        long each = workspace.BytesFor(largest);
        string shortage = string.Create(
            CultureInfo.InvariantCulture,
            $"{count} {(count == 1 ? "thread needs" : "threads need")} {Mebibytes(each * count)} MiB of working memory for {largest.Tokens} tokens each, "
            + $"but the process may use {Mebibytes(available)} MiB more. ");
        return new InsufficientMemoryException(shortage + Advice(workspace, largest.Tokens, available / each, available));
    }

    private static string Advice(Workspace workspace, int tokens, long threads, long available)
    {
        if (threads > 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"With {threads} {(threads == 1 ? "thread" : "threads")} it would fit.");
        }

        int most = MostTokens(workspace, tokens, available);
        return (most, workspace.Training) switch
        {
            (0, _) => "Not even one pair of one token would fit: use a smaller encoder.",
            (_, true) => string.Create(CultureInfo.InvariantCulture, $"One thread could work on batches of up to {most} tokens: set a smaller batch size or token limit."),
            (_, false) => string.Create(CultureInfo.InvariantCulture, $"One thread could work on pairs of up to {most} tokens: set the token limit to that."),
        };
    }

    /// <summary>The most tokens that one workspace has room for, in one sequence for scoring, in any for training; 0 if not for one token.</summary>
    private static int MostTokens(Workspace workspace, int most, long available)
    {
        int fits = 0;
        for (int step = (int)BitOperations.RoundUpToPowerOf2((uint)most); step > 0; step /= 2)
        {
            int tokens = fits + step;
            if (tokens <= most && workspace.BytesFor(workspace.Training ? PackedChunk.OfAny(tokens) : PackedChunk.OfOne(tokens)) <= available)
            {
                fits = tokens;
            }
        }

        return fits;
    }

    private static long Mebibytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;
}
