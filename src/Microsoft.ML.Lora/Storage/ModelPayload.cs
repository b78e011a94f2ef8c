using System.Security.Cryptography;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>What a model zip carries of a finished model: everything but the encoder, which it names.</summary>
/// <remarks>As bytes: SHA-256 of what follows, and a <see cref="TensorArchive"/>.</remarks>
/// <param name="Encoder">The encoder that the model was trained on.</param>
/// <param name="Options">How the model was made and how it is used.</param>
/// <param name="Tensors">What was trained, in its order.</param>
internal sealed record ModelPayload(EncoderIdentity Encoder, Facts Options, IReadOnlyList<NamedTensor> Tensors)
{
    private const string Subject = "The saved model";
    private const string EncoderIdKey = "encoder.id";
    private const string EncoderChecksumKey = "encoder.sha256";
    private const string OptionPrefix = "option.";

    private static readonly TensorArchive Archive = new("model", version: 1);

    /// <summary>The model as bytes.</summary>
    public byte[] ToBytes()
    {
        Facts facts = Facts.From(Options.Values.Select(option => KeyValuePair.Create(OptionPrefix + option.Key, option.Value)));
        facts.Set(EncoderIdKey, Encoder.Id);
        facts.Set(EncoderChecksumKey, Encoder.Checksum);
        using var stream = new MemoryStream();
        stream.SetLength(SHA256.HashSizeInBytes);
        stream.Position = SHA256.HashSizeInBytes;
        Archive.Write(stream, Tensors, facts);
        byte[] bytes = stream.ToArray();
        SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes), bytes);
        return bytes;
    }

    /// <summary>The model of some bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    /// <exception cref="NotSupportedException">They come from another version of the library.</exception>
    public static ModelPayload FromBytes(byte[] bytes)
    {
        if (bytes.Length < SHA256.HashSizeInBytes
            || !bytes.AsSpan(0, SHA256.HashSizeInBytes).SequenceEqual(SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes))))
        {
            throw new InvalidDataException(
                $"{Subject} is damaged: its {bytes.Length} bytes are cut short or altered, since their checksum is another. Save the model again.");
        }

        var archive = new MemoryStream(bytes, SHA256.HashSizeInBytes, bytes.Length - SHA256.HashSizeInBytes, writable: false);
        (IReadOnlyList<NamedTensor> tensors, Facts facts) = Archive.Read(archive, Subject);
        Facts options = Facts.From(facts.Values
            .Where(fact => fact.Key.StartsWith(OptionPrefix, StringComparison.Ordinal))
            .Select(fact => KeyValuePair.Create(fact.Key[OptionPrefix.Length..], fact.Value)));
        return new(new EncoderIdentity(facts.Text(EncoderIdKey), facts.Text(EncoderChecksumKey)), options, tensors);
    }
}
