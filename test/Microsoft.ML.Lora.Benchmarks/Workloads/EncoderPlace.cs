namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>An encoder to measure, and where it is.</summary>
/// <param name="Name">What it is called on the command line and in results.</param>
/// <param name="Folder">Its checkpoint folder.</param>
internal sealed record EncoderPlace(string Name, string Folder)
{
    private const string MiniName = "mini";
    private const string SmallName = "small";

    /// <summary>The project's own encoders, as far as they are here: mini always is.</summary>
    public static IReadOnlyList<EncoderPlace> Known { get; } =
    [
        .. new EncoderPlace[]
        {
            new(MiniName, Path.Combine(BuildFacts.RepositoryDirectory, "src", "Microsoft.ML.Lora.Mini", "loraml-mini-uncased")),
            new(SmallName, Path.Combine(BuildFacts.SharedDirectory, "encoders", "loraml-small-uncased")),
        }.Where(place => Directory.Exists(place.Folder)),
    ];

    /// <summary>The encoder that a word on the command line means: <c>mini</c>, <c>small</c>, or a folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none of that name, and no such folder.</exception>
    public static EncoderPlace Of(string nameOrFolder)
    {
        if (Known.FirstOrDefault(place => place.Name == nameOrFolder) is { } known)
        {
            return known;
        }

        string folder = Path.GetFullPath(nameOrFolder);
        return Directory.Exists(folder)
            ? new EncoderPlace(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), folder)
            : throw new DirectoryNotFoundException(
                $"The encoder '{nameOrFolder}' is neither a folder nor one of {string.Join(", ", Known.Select(place => place.Name))}.");
    }

    /// <summary>A description of it to load.</summary>
    public PretrainedEncoder Open() => PretrainedEncoder.FromDirectory(Folder);
}
