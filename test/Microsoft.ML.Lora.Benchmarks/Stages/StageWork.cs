using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Pipeline;

namespace Microsoft.ML.Lora.Benchmarks.Stages;

/// <summary>What a stage works on: an encoder and pairs for it.</summary>
internal sealed class StageWork
{
    private StageWork(LoadedEncoder encoder, PairFile file)
    {
        Encoder = encoder;
        File = file;
        Pairs = Workload.Create(encoder.Tokenizer, file, new PairSelection());
    }

    /// <summary>The names of the encoders that are here.</summary>
    public static IEnumerable<string> Encoders => EncoderPlace.Known.Select(place => place.Name);

    /// <summary>The encoder.</summary>
    public LoadedEncoder Encoder { get; }

    /// <summary>Where the pairs come from.</summary>
    public PairFile File { get; }

    /// <summary>Encoded pairs in batches of 64.</summary>
    public Workload Pairs { get; }

    /// <summary>Loads one of <see cref="Encoders"/>, and the pairs.</summary>
    public static StageWork Load(string encoder)
    {
        PairFile file = PairFile.Find(asked: null);
        Console.WriteLine($"// Pairs: {file.Origin}");
        return new StageWork(EncoderPlace.Of(encoder).Open().Handle.Load(), file);
    }
}
