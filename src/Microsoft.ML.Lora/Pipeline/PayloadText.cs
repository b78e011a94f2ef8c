using System.Globalization;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>A model as text: what a value mapping can carry in the zip.</summary>
internal static class PayloadText
{
    // ML.NET needs about 35 times the size to save a text this long; above this, it would take more memory than people have.
    private const int LargestPayload = 72 << 20;

    /// <summary>Refuses, before training, what could not be saved after it.</summary>
    /// <param name="trained">How many numbers will be trained.</param>
    /// <param name="kept">How many numbers of training pairs a matching score keeps besides.</param>
    /// <param name="method">How the encoder is adapted.</param>
    /// <exception cref="NotSupportedException">They would be too large for a model zip.</exception>
    public static void RequireRoom(long trained, long kept, AdaptationMethod method)
    {
        const long most = LargestPayload / sizeof(float);
        if (trained > most - kept)
        {
            throw new NotSupportedException(string.Create(
                CultureInfo.InvariantCulture,
                $"{trained:N0} numbers would be trained{(kept > 0 ? $" and {kept:N0} kept of training pairs" : "")}, but a model zip can carry {most:N0}. Choose {CureFor(method)}")
                + (kept > 0 ? $", or a {nameof(LoraSentencePairOptions.MatchingScore)} of a smaller {nameof(MatchingScore.BankSize)}." : "."));
        }
    }

    /// <summary>What makes fewer numbers to train.</summary>
    private static string CureFor(AdaptationMethod method) => method switch
    {
        AdaptationMethod.LowRank =>
            $"a lower {nameof(LoraSentencePairOptions.Rank)}, or fewer {nameof(LoraSentencePairOptions.Targets)} or {nameof(LoraSentencePairOptions.AdaptedLayers)}",
        AdaptationMethod.AdapterH or AdaptationMethod.AdapterL =>
            $"a smaller {nameof(LoraSentencePairOptions.BottleneckSize)}, or fewer {nameof(LoraSentencePairOptions.AdaptedLayers)}",
        AdaptationMethod.LastLayers => $"fewer {nameof(LoraSentencePairOptions.AdaptedLayers)}, or another {nameof(LoraSentencePairOptions.Adaptation)}",
        AdaptationMethod.FullFineTuning => $"another {nameof(LoraSentencePairOptions.Adaptation)}, such as {AdaptationMethod.LastLayers}",
        _ => throw new InvalidOperationException($"No cure for {method}."),
    };

    /// <summary>A model without its encoder, in base64.</summary>
    public static string Encode(PairModel model)
    {
        var payload = new ModelPayload(
            model.Encoder.Identity,
            ModelFacts.Write(model.Definition, model.Encoder.Directory),
            [.. model.Definition.Trained.Tensors, .. MatchingFacts.Tensors(model.Definition.Matching)]);
        return Convert.ToBase64String(payload.ToBytes());
    }

    /// <summary>Reads a model back and finds its encoder.</summary>
    /// <exception cref="InvalidDataException">The text is damaged, or from another version.</exception>
    /// <exception cref="FileNotFoundException">The encoder is nowhere to be found.</exception>
    public static PairModel Decode(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(text, bytes, out int length))
        {
            throw new InvalidDataException("The model in this zip is damaged: its payload is not base64 text. Save the model again.");
        }

        IEngine engine = EngineChoice.ForLoadedModel();
        engine.WarmUp();
        ModelPayload payload = ModelPayload.FromBytes(bytes[..length]);
        LoadedEncoder encoder = EncoderRegistry.Find(payload.Encoder, ModelFacts.ReadFolder(payload.Options)).Load(payload.Encoder.Checksum);
        PairModelDefinition definition = ModelFacts.Read(payload.Options, payload.Tensors, encoder.Shape.Hidden);
        return new PairModel(encoder, definition, engine);
    }
}
