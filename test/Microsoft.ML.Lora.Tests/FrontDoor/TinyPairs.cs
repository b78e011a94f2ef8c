using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>Pairs in the words of <see cref="TinyEncoder"/> that are easy to learn: positive where the second sentence says yes, not no.</summary>
internal static class TinyPairs
{
    private const int LongestSentence = 8;

    private static readonly string[] Fillers =
    [
        "how", "can", "i", "change", "my", "password", "account", "where", "is", "order", "the", "cancel", "refund", "what", "when", "will",
        "it", "arrive", "a", "new", "card", "phone", "number", "email", "address", "ship", "to", "please", "help", "me", "with", "lost",
        "bag", "ticket", "train", "late", "early", "open", "close", "shop", "price", "cheap", "fast", "slow", "red", "blue", "green",
    ];

    /// <summary>The vocabulary besides special tokens.</summary>
    public static IReadOnlyList<string> Words { get; } = ["yes", "no", .. Fillers];

    /// <summary>Pairs by turns positive and negative, the same for the same seed.</summary>
    public static TinyPair[] Create(int count, ulong seed = 1)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(row => new TinyPair
        {
            Id = row,
            Sentence1 = string.Join(' ', Sentence(random)),
            Sentence2 = string.Join(' ', Sentence(random).Append(row % 2 == 0 ? "yes" : "no")),
            Label = row % 2 == 0,
        })];
    }

    /// <summary>The same as a data view.</summary>
    public static IDataView Data(MLContext ml, int count, ulong seed = 1) => ml.Data.LoadFromEnumerable(Create(count, seed));

    private static string[] Sentence(SeededRandom random) =>
        [.. Enumerable.Range(0, 1 + random.NextInt(LongestSentence)).Select(_ => Fillers[random.NextInt(Fillers.Length)])];
}
