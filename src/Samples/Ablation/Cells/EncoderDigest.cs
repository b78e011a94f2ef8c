using System.Security.Cryptography;
using SampleConsole;

namespace Ablation.Cells;

/// <summary>What tells an encoder from others of the same name.</summary>
internal static class EncoderDigest
{
    private const int Digits = 12;

    private static readonly string[] Files = ["config.json", "model.safetensors", "tokenizer.json", "vocab.txt"];

    /// <summary>The encoder's name and, where it is a folder, a digest of its files.</summary>
    /// <param name="encoder">As the command line names it.</param>
    public static string Of(string encoder)
    {
        if (EncoderChoice.FolderOf(encoder) is not { } folder)
        {
            return encoder;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in Files.Select(file => Path.Combine(folder, file)).Where(File.Exists))
        {
            using FileStream stream = File.OpenRead(path);
            hash.AppendData(SHA256.HashData(stream));
        }

        return $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))} {Convert.ToHexStringLower(hash.GetHashAndReset())[..Digits]}";
    }
}
