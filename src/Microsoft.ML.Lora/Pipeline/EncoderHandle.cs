using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;
using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>A pretrained encoder that can be loaded. Everybody who uses it at the same time shares one copy of the weights.</summary>
/// <param name="id">What to call the encoder.</param>
/// <param name="open">Finds its files.</param>
/// <param name="defaultMaxTokens">The sequence limit unless another is asked for; <see langword="null"/> for the encoder's own.</param>
/// <param name="directory">The folder it comes from; <see langword="null"/> where it comes from an assembly.</param>
internal sealed class EncoderHandle(string id, Func<ICheckpointSource> open, int? defaultMaxTokens, string? directory)
{
    private readonly Lock _loading = new();
    private readonly WeakReference<LoadedEncoder?> _loaded = new(null);

    /// <summary>What to call the encoder.</summary>
    public string Id => id;

    /// <summary>The folder it comes from; <see langword="null"/> where it comes from an assembly.</summary>
    public string? Directory => directory;

    /// <summary>The checksum of its files, without loading it.</summary>
    /// <exception cref="IOException">Its files cannot be found or read.</exception>
    public string Checksum() => EncoderChecksum.Compute(open());

    /// <summary>Loads it, or hands out the copy in use, unless what is in its files by now is wanted or needed instead.</summary>
    /// <param name="checksum">Of the files that are wanted; <see langword="null"/> where the copy in use will do whatever they have become since.</param>
    /// <exception cref="IOException">Its files cannot be found or read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or they do not belong together.</exception>
    /// <exception cref="NotSupportedException">The checkpoint is of a kind that is not supported.</exception>
    public LoadedEncoder Load(string? checksum = null)
    {
        lock (_loading)
        {
            if (!_loaded.TryGetTarget(out LoadedEncoder? encoder) || encoder.Store.IsLost || (checksum is not null && checksum != encoder.Identity.Checksum))
            {
                encoder = Read(open());
                _loaded.SetTarget(encoder);
            }

            return encoder;
        }
    }

    private EncoderCheckpoint LoadCheckpoint(ICheckpointSource source, Lazy<PairEncoder> meanwhile)
    {
        try
        {
            return EncoderCheckpoint.Load(source, id);
        }
        catch
        {
            Ahead.Settle(meanwhile);
            throw;
        }
    }

    private LoadedEncoder Read(ICheckpointSource source)
    {
        Lazy<PairEncoder> begun = Ahead.Begin(() => PairEncoder.Load(source));
        EncoderCheckpoint checkpoint = LoadCheckpoint(source, begun);
        PairEncoder tokenizer = begun.Value;
        checkpoint.RequireVocabulary(tokenizer.VocabularySize, source.Name);
        return new LoadedEncoder
        {
            Identity = checkpoint.Identity,
            Store = checkpoint.Store,
            Tokenizer = tokenizer,
            IgnoredTensors = checkpoint.IgnoredTensors,
            DefaultMaxTokens = Math.Min(defaultMaxTokens ?? int.MaxValue, checkpoint.Store.Shape.MaxTokens),
            Directory = directory,
        };
    }
}
