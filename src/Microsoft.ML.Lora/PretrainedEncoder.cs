using Microsoft.ML.Lora.Pipeline;

namespace Microsoft.ML.Lora;

/// <summary>A pretrained encoder for <see cref="LoraSentencePairTrainer"/> to adapt. Nothing is read before it is used.</summary>
public sealed class PretrainedEncoder
{
    private PretrainedEncoder(EncoderHandle handle) => Handle = handle;

    /// <summary>
    /// The small English encoder that the package LoraMl.Mini carries: 4 layers of 256, lower-case, pretrained for this project. It
    /// needs no file and no network. Its sequence limit is 128 tokens unless another is asked for, the longest it was trained on.
    /// </summary>
    public static PretrainedEncoder Mini { get; } = new(EncoderRegistry.Mini);

    /// <summary>The encoder's name: the folder's, unless another was given.</summary>
    public string Id => Handle.Id;

    internal EncoderHandle Handle { get; }

    /// <summary>An encoder of the BERT family in a checkpoint folder as Hugging Face's Transformers writes it.</summary>
    /// <param name="path">The folder, with <c>config.json</c>, <c>model.safetensors</c> (fp32, fp16 or bf16) and <c>vocab.txt</c> or <c>tokenizer.json</c>.</param>
    /// <param name="id">What to call it in logs and model zips; <see langword="null"/> for the folder's name.</param>
    /// <remarks>
    /// While a model computes on a GPU, <c>model.safetensors</c> stays open and is read from again where the model needs it, on another device, say. It may be deleted or replaced
    /// meanwhile, but not written into: the next such reading would throw an <see cref="InvalidDataException"/>.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static PretrainedEncoder FromDirectory(string path, string? id = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new PretrainedEncoder(EncoderRegistry.InDirectory(path, id));
    }

    /// <summary>
    /// Makes an encoder known to models loaded from a zip, which carry its name and checksum but not its weights. A later one of the
    /// same <see cref="Id"/> takes the place of an earlier one. <see cref="Mini"/> needs no registration.
    /// </summary>
    /// <param name="encoder">The encoder.</param>
    public static void Register(PretrainedEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        EncoderRegistry.Register(encoder.Handle);
    }

    /// <summary>The encoder's name.</summary>
    public override string ToString() => Id;
}
