using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Benchmarks.Stages;

/// <summary>Turning 1,024 pairs of sentences into token ids, one after the other.</summary>
[MemoryDiagnoser]
public class TokenizingBenchmarks
{
    private const int Count = 1024;

    private (string First, string Second)[] _texts = [];
    private PairEncoder? _tokenizer;

    public static IEnumerable<string> Encoders => StageWork.Encoders;

    [ParamsSource(nameof(Encoders))]
    public string Encoder { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var work = StageWork.Load(Encoder);
        _tokenizer = work.Encoder.Tokenizer;
        _texts = [.. work.File.Read(Count).Select(pair => (pair.First, pair.Second))];
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int Encode() => _tokenizer!.EncodeAll(_texts, new PairSelection().Limit, threads: 1).CutPairs;
}
