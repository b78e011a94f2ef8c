using System.IO.Compression;
using System.Text;

namespace Microsoft.ML;

/// <summary>The stand-in's own zip format for models. ML.NET cannot read it, and the stand-in cannot read ML.NET's.</summary>
/// <remarks>
/// Entries: a marker with the format's version; the schema of the model's input, if it was given; one entry per transformer, those of a
/// chain in directories of their own.
/// </remarks>
internal static class ModelArchive
{
    /// <summary>Directory of the outermost transformer.</summary>
    internal const string RootDirectory = "Transformer";

    /// <summary>Entry of the input's schema.</summary>
    internal const string SchemaEntry = "InputSchema";

    private const string MarkerEntry = "Microsoft.ML.Offline";
    private const string FormatLine = "Format ";
    private const int Version = 1;

    /// <summary>UTF-8 that refuses what it cannot express.</summary>
    internal static Encoding Text { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The entry of a transformer.</summary>
    internal static string TransformerEntry(string directory) => $"{directory}/Model";

    /// <summary>Starts an archive with its marker.</summary>
    internal static ZipArchive Create(Stream stream)
    {
        var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        using var notice = new MemoryStream(Text.GetBytes(
            $"{FormatLine}{Version}\n"
            + "A model of the offline stand-in for Microsoft.ML. ML.NET itself cannot load it; train and save it there instead.\n"));
        Add(archive, MarkerEntry, notice);
        return archive;
    }

    /// <summary>Opens an archive and checks its marker.</summary>
    /// <remarks>The exceptions are those of ML.NET, so that callers meet the same ones with either.</remarks>
    /// <exception cref="FormatException">The file is damaged, or of another version.</exception>
    /// <exception cref="InvalidOperationException">The file is a zip archive, but no model.</exception>
    /// <exception cref="NotSupportedException">The file is a model of ML.NET itself.</exception>
    internal static ZipArchive OpenChecked(Stream stream)
    {
        ZipArchive archive;
        try
        {
            archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (InvalidDataException fault)
        {
            throw new FormatException("The file is not a model: it is no zip archive, or an incomplete one.", fault);
        }
        try
        {
            CheckMarker(archive);
            return archive;
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>Adds an entry with the content from its current position on.</summary>
    internal static void Add(ZipArchive archive, string name, Stream content)
    {
        using var entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
        content.CopyTo(entry);
    }

    /// <summary>Reads an entry that must be there.</summary>
    internal static TValue Read<TValue>(ZipArchive archive, string name, Func<BinaryReader, TValue> read)
    {
        var entry = archive.GetEntry(name) ?? throw new FormatException($"The model has no entry '{name}'; save it again.");
        using var reader = new BinaryReader(entry.Open(), Text);
        try
        {
            return read(reader);
        }
        catch (EndOfStreamException fault)
        {
            throw new FormatException($"Entry '{name}' of the model ends too early; save the model again.", fault);
        }
    }

    private static void CheckMarker(ZipArchive archive)
    {
        if (archive.GetEntry(MarkerEntry) is not ZipArchiveEntry marker)
        {
            if (archive.Entries.Any(entry => entry.FullName.EndsWith("Model.key", StringComparison.Ordinal)))
                throw new NotSupportedException(
                    "The file is a model of ML.NET itself, which the offline stand-in for Microsoft.ML cannot load; "
                    + "build with the real packages to use it.");
            throw new InvalidOperationException(
                $"The file is not a model of the offline stand-in for Microsoft.ML: it has no entry '{MarkerEntry}'.");
        }
        using var reader = new StreamReader(marker.Open(), Text);
        var format = reader.ReadLine();
        if (format != $"{FormatLine}{Version}")
            throw new FormatException(
                $"The model has the format '{format}', but this build of the offline stand-in reads '{FormatLine}{Version}'; "
                + "save the model again with this build.");
    }
}
