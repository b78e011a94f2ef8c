using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Storage;
using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>A pretrained encoder in memory, with its tokenizer.</summary>
internal sealed record LoadedEncoder
{
    /// <summary>What identifies it.</summary>
    public required EncoderIdentity Identity { get; init; }

    /// <summary>Where the weights are.</summary>
    public required EncoderStore Store { get; init; }

    /// <summary>The sizes.</summary>
    public EncoderShape Shape => Store.Shape;

    /// <summary>The weights in memory.</summary>
    public EncoderWeights Weights => Store.OnHost();

    /// <summary>Turns two sentences into token ids.</summary>
    public required PairEncoder Tokenizer { get; init; }

    /// <summary>Tensors of the checkpoint that are not part of the encoder, such as pretraining heads.</summary>
    public required IReadOnlyList<string> IgnoredTensors { get; init; }

    /// <summary>The sequence limit, in tokens, unless another is asked for.</summary>
    public required int DefaultMaxTokens { get; init; }

    /// <summary>The folder it came from; <see langword="null"/> where it came from an assembly.</summary>
    public required string? Directory { get; init; }

    /// <summary>The weights as an engine wants them.</summary>
    public EncoderWeights WeightsFor(IEngine engine) => engine.TakesMatricesFromFile ? Store.InFile() : Store.OnHost();
}
