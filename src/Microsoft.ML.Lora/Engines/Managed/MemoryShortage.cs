using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>What to say where memory is too little for one thread to work in.</summary>
/// <remarks>
/// Working memory goes by the threads and by the tokens of the chunk that each is busy with, not by the batch: a batch of any size is worked
/// off in chunks. Smaller chunks and fewer threads were tried before; what is left are shorter sequences, and in training batches below the
/// size of a chunk.
/// </remarks>
internal static class MemoryShortage
{
    /// <summary>The exception that says what was needed and what would fit.</summary>
    /// <param name="workspace">The workspace that should have grown.</param>
    /// <param name="smallest">The size that it should have grown to: the smallest chunks that the batch can be split into.</param>
    /// <param name="available">The bytes that it may take up.</param>
    public static InsufficientMemoryException Describe(Workspace workspace, PackedChunk smallest, long available)
    {
        string shortage = string.Create(
            CultureInfo.InvariantCulture,
            $"A thread needs {Mebibytes(workspace.BytesFor(smallest))} MiB of working memory for {smallest.Tokens} tokens, "
            + $"but the process may use {Mebibytes(available)} MiB for it. ");
        return new InsufficientMemoryException(shortage + Advice(workspace, smallest.Tokens, available));
    }

    private static string Advice(Workspace workspace, int tokens, long available) => (MostTokens(workspace, tokens, available), workspace.Training) switch
    {
        (0, _) => "Not even one pair of one token would fit: use a smaller encoder.",
        (int most, true) => string.Create(CultureInfo.InvariantCulture, $"Batches of up to {most} tokens would fit: set a smaller batch size or token limit."),
        (int most, false) => string.Create(CultureInfo.InvariantCulture, $"Pairs of up to {most} tokens would fit: set the token limit to that."),
    };

    /// <summary>The most tokens that the workspace has room for, in one sequence for scoring, in any for training; 0 if not for one token.</summary>
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
