namespace Microsoft.ML.Lora.Storage;

/// <summary>The names of the files in an encoder's checkpoint.</summary>
internal static class CheckpointFiles
{
    /// <summary>The sizes and the family.</summary>
    public const string Config = "config.json";

    /// <summary>The weights.</summary>
    public const string Weights = "model.safetensors";

    /// <summary>Lists the parts of weights that lie in several files.</summary>
    public const string WeightsIndex = "model.safetensors.index.json";

    /// <summary>Weights as a pickle, which is never opened.</summary>
    public const string PickledWeights = "pytorch_model.bin";

    /// <summary>Tokens, one a line.</summary>
    public const string Vocabulary = "vocab.txt";

    /// <summary>Tokens and the tokenizer's settings.</summary>
    public const string Tokenizer = "tokenizer.json";

    /// <summary>More of the tokenizer's settings.</summary>
    public const string TokenizerConfig = "tokenizer_config.json";
}
