using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tokenization;

/// <summary>All that a checkpoint says about turning text into ids.</summary>
/// <param name="Normalization">What happens to a text first.</param>
/// <param name="Model">The vocabulary and how words are spelled with it.</param>
/// <param name="Template">The special tokens of a pair, and their places.</param>
internal sealed record TokenizerDefinition(BertNormalization Normalization, WordPieceModel Model, PairTemplate Template)
{
    private const string VocabularyFile = "vocab.txt";

    /// <summary>Reads tokenizer.json or vocab.txt, and tokenizer_config.json where it is there.</summary>
    /// <exception cref="FileNotFoundException">The source has neither of the first two.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or two contradict each other.</exception>
    /// <exception cref="NotSupportedException">It is another kind of tokenizer.</exception>
    public static TokenizerDefinition Read(ICheckpointSource source)
    {
        TokenizerConfig config = Open(source, TokenizerConfig.FileName, TokenizerConfig.Read) ?? new TokenizerConfig();
        Vocabulary? lines = Open(source, VocabularyFile, Vocabulary.FromLines);
        TokenizerJson? json = Open(source, TokenizerJson.FileName, TokenizerJson.Read);
        if (json is not null)
        {
            config.RequireAgreement(json.Normalization, $"{source.Name}/{TokenizerConfig.FileName}", TokenizerJson.FileName);
            lines?.RequireSameTokens(json.Model.Vocabulary, TokenizerJson.FileName);
            return new TokenizerDefinition(json.Normalization, json.Model, PairTemplate.Read(config, json.Model));
        }

        if (lines is null)
        {
            throw new FileNotFoundException(
                $"{source.Name} has neither {TokenizerJson.FileName} nor {VocabularyFile}: "
                + "copy the one that belongs to the encoder beside its weights.");
        }

        WordPieceModel model = new() { Vocabulary = lines, UnknownToken = config.UnknownToken };
        return new TokenizerDefinition(config.Normalization, model, PairTemplate.Read(config, model));
    }

    private static T? Open<T>(ICheckpointSource source, string fileName, Func<Stream, string, T> read)
        where T : class
    {
        if (!source.Has(fileName))
        {
            return null;
        }

        using Stream stream = source.Open(fileName);
        return read(stream, $"{source.Name}/{fileName}");
    }
}
