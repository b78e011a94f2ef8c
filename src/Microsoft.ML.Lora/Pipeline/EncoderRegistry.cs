using System.Collections.Concurrent;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Finds the encoder that a saved model names.</summary>
internal static class EncoderRegistry
{
    private const string MiniId = "loraml-mini-uncased";
    private const string MiniAssembly = "Microsoft.ML.Lora.Mini";
    private const string MiniPackage = "LoraMl.Mini";

    // The longest sequences that Mini was pretrained on; positions behind were never trained.
    private const int MiniTrainedTokens = 128;

    private static readonly ConcurrentDictionary<string, EncoderHandle> Registered = new(StringComparer.Ordinal);

    // By folder and the checksum its files had: models that are loaded from zips share an encoder they have in common.
    private static readonly ConcurrentDictionary<(string Folder, string Checksum), EncoderHandle> InFolders = new();

    /// <summary>The encoder that the package LoraMl.Mini brings.</summary>
    public static EncoderHandle Mini { get; } = new(MiniId, () => AssemblySource.Load(MiniAssembly, MiniPackage), MiniTrainedTokens, directory: null);

    /// <summary>An encoder in a folder.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static EncoderHandle InDirectory(string path, string? id)
    {
        FolderSource source = FolderSource.At(path);
        return new EncoderHandle(id ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(source.Name)), () => FolderSource.At(source.Name), defaultMaxTokens: null, source.Name);
    }

    /// <summary>Makes an encoder known to models that are loaded from now on.</summary>
    public static void Register(EncoderHandle encoder) => Registered[encoder.Id] = encoder;

    /// <summary>Finds an encoder: the embedded one, then those registered, then the folder it was trained from. The checksum decides.</summary>
    /// <param name="identity">Which encoder.</param>
    /// <param name="trainedFrom">The folder it was trained from, where it was a folder.</param>
    /// <exception cref="FileNotFoundException">None of the places has it; the message names them and the remedy.</exception>
    public static EncoderHandle Find(EncoderIdentity identity, string? trainedFrom)
    {
        var tried = new List<string>();
        foreach ((string place, Func<EncoderHandle> handle) in Places(identity, trainedFrom))
        {
            if (Matches(handle, identity, out string outcome) is { } found)
            {
                return found;
            }

            tried.Add($"{place}: {outcome}");
        }

        throw new FileNotFoundException(
            $"The model was trained on encoder '{identity.Id}' (checksum {identity.Checksum[..12]}…), which was not found. Looked at {string.Join("; ", tried)}. "
            + "Call PretrainedEncoder.Register(PretrainedEncoder.FromDirectory(folder)) with that encoder's folder before the model is loaded.");
    }

    private static IEnumerable<(string Place, Func<EncoderHandle> Handle)> Places(EncoderIdentity identity, string? trainedFrom)
    {
        yield return ($"the package {MiniPackage}", () => Mini);
        foreach (EncoderHandle handle in Registered.Values.OrderByDescending(handle => handle.Id == identity.Id))
        {
            yield return ($"the registered encoder '{handle.Id}'", () => handle);
        }

        if (trainedFrom is not null)
        {
            yield return ($"the folder it was trained from ({trainedFrom})", () =>
                InFolders.GetOrAdd((trainedFrom, identity.Checksum), key => InDirectory(key.Folder, identity.Id)));
        }
    }

    private static EncoderHandle? Matches(Func<EncoderHandle> place, EncoderIdentity identity, out string outcome)
    {
        try
        {
            EncoderHandle handle = place();
            string checksum = handle.Checksum();
            outcome = $"has checksum {checksum[..12]}…";
            return checksum == identity.Checksum ? handle : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            outcome = exception.Message.TrimEnd('.');
            return null;
        }
    }
}
