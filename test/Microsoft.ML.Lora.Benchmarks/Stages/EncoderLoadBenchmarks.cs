using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Pipeline;

namespace Microsoft.ML.Lora.Benchmarks.Stages;

/// <summary>Reading an encoder with its tokenizer from a folder, and making a scorer of it: updates merged, weights packed.</summary>
[MemoryDiagnoser]
public class EncoderLoadBenchmarks
{
    private LoadedEncoder? _loaded;

    public static IEnumerable<string> Encoders => StageWork.Encoders;

    [ParamsSource(nameof(Encoders))]
    public string Encoder { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _loaded = EncoderPlace.Of(Encoder).Open().Handle.Load();

    /// <summary>A new handle each time, since a handle remembers what it loaded.</summary>
    [Benchmark]
    public int Load() => EncoderPlace.Of(Encoder).Open().Handle.Load().Weights.Layers.Count;

    [Benchmark]
    public void MergeAndPack()
    {
        using IPairScorer scorer = LoraModel.CreateScorer(_loaded!.Weights, LoraModel.Plan(LoraModel.UsualRank), threads: 1);
    }
}
