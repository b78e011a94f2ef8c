using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Storage;

/// <summary>How one family of encoders writes its checkpoints. A new family is one more subclass, listed in <see cref="Supported"/>.</summary>
internal abstract class EncoderFamily
{
    /// <summary>Every family that can be loaded.</summary>
    public static IReadOnlyList<EncoderFamily> Supported { get; } = [new BertFamily()];

    /// <summary>What <c>model_type</c> says in the family's <c>config.json</c>.</summary>
    public abstract string ModelType { get; }

    /// <summary>What the family calls its tensors.</summary>
    public abstract EncoderNames Names { get; }

    /// <summary>The family of a checkpoint.</summary>
    /// <param name="modelType">Its <c>model_type</c>.</param>
    /// <param name="file">Where that was found, for the message.</param>
    /// <exception cref="NotSupportedException">It is not in <see cref="Supported"/>.</exception>
    public static EncoderFamily Of(string modelType, string file) =>
        Supported.FirstOrDefault(family => family.ModelType == modelType)
        ?? throw new NotSupportedException(
            $"{file}: 'model_type' is '{modelType}'; supported: {string.Join(", ", Supported.Select(family => $"'{family.ModelType}'"))}.");

    /// <summary>Reads the encoder's sizes.</summary>
    /// <exception cref="InvalidDataException">Fields are missing, of a wrong type or out of range.</exception>
    /// <exception cref="NotSupportedException">The encoder is of a kind that is not supported.</exception>
    public EncoderShape ReadShape(JsonFields config)
    {
        EncoderShape shape = MapShape(config);
        config.ThrowIfFaulty();
        if (shape.Hidden % shape.Heads != 0)
        {
            config.AddFault($"a hidden size of {shape.Hidden} does not divide into {shape.Heads} attention heads.");
            config.ThrowIfFaulty();
        }

        return shape;
    }

    /// <summary>Maps the fields of <c>config.json</c>; faults are left in <paramref name="config"/>.</summary>
    protected abstract EncoderShape MapShape(JsonFields config);
}
