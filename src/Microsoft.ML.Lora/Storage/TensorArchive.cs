using System.Globalization;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>
/// Tensors and facts in one safetensors file, which says in its metadata what kind of file it is and in which version of its format.
/// </summary>
/// <param name="kind">What the file is, in words that fit a message.</param>
/// <param name="version">The version that is written, and the only one that is read.</param>
internal sealed class TensorArchive(string kind, int version)
{
    private const string ReservedPrefix = "loraml.";
    private const string KindKey = ReservedPrefix + "kind";
    private const string VersionKey = ReservedPrefix + "version";

    /// <summary>Writes an archive.</summary>
    /// <param name="target">Where to; it stays open.</param>
    /// <param name="tensors">Kept in this order; each name once.</param>
    /// <param name="facts">Named values; names that begin with <c>loraml.</c> are the archive's own.</param>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    public void Write(Stream target, IReadOnlyList<NamedTensor> tensors, Facts facts)
    {
        if (facts.Values.Keys.FirstOrDefault(key => key.StartsWith(ReservedPrefix, StringComparison.Ordinal)) is { } taken)
        {
            throw new ArgumentException($"The name '{taken}' is taken; a name may not begin with '{ReservedPrefix}'.", nameof(facts));
        }

        var metadata = new Dictionary<string, string>(facts.Values)
        {
            [KindKey] = kind,
            [VersionKey] = version.ToString(CultureInfo.InvariantCulture),
        };
        SafetensorsWriter.Write(target, tensors, metadata);
    }

    /// <summary>Reads an archive.</summary>
    /// <param name="stream">The file; it is closed.</param>
    /// <param name="name">What to call it in a message.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or of another kind.</exception>
    /// <exception cref="NotSupportedException">The file is of another version.</exception>
    public (IReadOnlyList<NamedTensor> Tensors, Facts Facts) Read(Stream stream, string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(stream, name);
        IReadOnlyDictionary<string, string> metadata = file.Header.Metadata;
        if (metadata.GetValueOrDefault(KindKey) != kind)
        {
            string other = metadata.GetValueOrDefault(KindKey, "some other safetensors file");
            throw new InvalidDataException($"{name} is not a {kind} of LoraMl, but {other}.");
        }

        string written = metadata.GetValueOrDefault(VersionKey, "unknown");
        if (written != version.ToString(CultureInfo.InvariantCulture))
        {
            throw new NotSupportedException(
                $"{name} is a {kind} in version {written} of its format, but this library reads version {version}: "
                + "use the library that wrote it, or make it anew.");
        }

        return (file.ReadAll(), Facts.From(metadata.Where(fact => !fact.Key.StartsWith(ReservedPrefix, StringComparison.Ordinal))));
    }
}
