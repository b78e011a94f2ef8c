using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Benchmarks.Stages;

/// <summary>Scoring with merged weights: a batch of 64 pairs, and a pair of median length alone.</summary>
[MemoryDiagnoser]
public class ScoringBenchmarks
{
    private StageWork? _work;
    private IPairScorer? _scorer;
    private EncodedPair[] _pair = [];
    private float[] _logits = [];

    public static IEnumerable<string> Encoders => StageWork.Encoders;

    [ParamsSource(nameof(Encoders))]
    public string Encoder { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _work = StageWork.Load(Encoder);
        _scorer = LoraModel.CreateScorer(_work.Encoder.Weights, LoraModel.Plan(LoraModel.UsualRank), threads: 1);
        _pair = [_work.Pairs.MedianPair()];
        _logits = new float[_work.Pairs.Pairs(0).Length * LoraModel.Classes];
    }

    [GlobalCleanup]
    public void Cleanup() => _scorer!.Dispose();

    [Benchmark]
    public void Batch() => _scorer!.Score(_work!.Pairs.Pairs(0), _logits);

    [Benchmark]
    public void OnePair() => _scorer!.Score(_pair, _logits.AsSpan(0, LoraModel.Classes));
}
