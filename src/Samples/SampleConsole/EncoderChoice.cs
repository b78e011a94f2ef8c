using LoraMl.Build;
using Microsoft.ML.Lora;

namespace SampleConsole;

/// <summary>The encoder that a word on a command line means.</summary>
public static class EncoderChoice
{
    private const string Mini = "mini";
    private const string Small = "small";

    /// <summary>What can be written, for an option's description.</summary>
    public static string Description { get; } =
        $"A checkpoint folder, '{Mini}' for the embedded encoder, or '{Small}' for the larger one where the shared folder beside the repository has it.";

    /// <summary>The encoder.</summary>
    /// <param name="word"><c>mini</c>, <c>small</c>, or a checkpoint folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static PretrainedEncoder Of(string word) => FolderOf(word) is { } folder ? PretrainedEncoder.FromDirectory(folder) : PretrainedEncoder.Mini;

    /// <summary>The encoder's checkpoint folder; <see langword="null"/> where it comes as a package.</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    /// <inheritdoc cref="Of" path="/exception"/>
    public static string? FolderOf(string word)
    {
        if (word == Mini)
        {
            return null;
        }

        string folder = word == Small ? Path.Combine(BuildFacts.SharedDirectory, "encoders", "loraml-small-uncased") : Path.GetFullPath(word);
        return Directory.Exists(folder)
            ? folder
            : throw new DirectoryNotFoundException(
                word == Small
                    ? $"--encoder {Small} needs the folder '{folder}', which is not there. Name a checkpoint folder, or '{Mini}'."
                    : $"--encoder: there is no folder '{folder}'. Name a checkpoint folder, or '{Mini}' for the embedded encoder.");
    }
}
