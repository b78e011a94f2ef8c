namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>The sizes that the project's encoders have, mini and small.</summary>
internal static class Sizes
{
    /// <summary>H of mini.</summary>
    public const int Mini = 256;

    /// <summary>H of small.</summary>
    public const int Small = 384;

    /// <summary>Tokens that go through a layer together.</summary>
    public const int Rows = 256;

    /// <summary>r.</summary>
    public const int Rank = 8;

    /// <summary>Numbers of one head's vectors, in both encoders.</summary>
    public const int Head = 64;

    /// <summary>Widths of the feed-forward block are this many times H.</summary>
    public const int FeedForward = 4;
}
