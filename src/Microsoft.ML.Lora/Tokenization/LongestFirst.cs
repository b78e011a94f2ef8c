namespace Microsoft.ML.Lora.Tokenization;

/// <summary>Cuts two sentences to a common length: from the longer one as long as it is the longer one, then from both in turn.</summary>
/// <remarks>
/// The same lengths as Hugging Face's longest_first. If both are cut and the room is odd, the longer one keeps one token more, and the
/// second if they are equally long.
/// </remarks>
internal static class LongestFirst
{
    /// <summary>How many tokens each sentence keeps, so that they are at most <paramref name="room"/> together.</summary>
    public static (int First, int Second) Cut(int first, int second, int room)
    {
        if (first + second <= room)
        {
            return (first, second);
        }

        if (first > second)
        {
            (second, first) = Cut(second, first, room);
            return (first, second);
        }

        int half = room / 2;
        int shorter = Math.Min(first, half);
        return (shorter, room - shorter);
    }
}
