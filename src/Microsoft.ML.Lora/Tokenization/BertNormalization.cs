namespace Microsoft.ML.Lora.Tokenization;

/// <summary>What a <see cref="BertNormalizer"/> does to a text, in this order.</summary>
internal sealed record BertNormalization
{
    /// <summary>Whether control characters go, and all white space becomes the plain space.</summary>
    public bool CleanText { get; init; } = true;

    /// <summary>Whether each ideograph becomes a word of its own.</summary>
    public bool SpaceIdeographs { get; init; } = true;

    /// <summary>Whether accents go; null: if <see cref="Lowercase"/>.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Whether upper case becomes lower case.</summary>
    public bool Lowercase { get; init; } = true;

    /// <summary>What <see cref="StripAccents"/> comes to.</summary>
    public bool StripsAccents => StripAccents ?? Lowercase;
}
