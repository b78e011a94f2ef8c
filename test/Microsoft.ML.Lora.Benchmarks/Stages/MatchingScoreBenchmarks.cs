using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Benchmarks.Stages;

/// <summary>What the density-aware score costs beside the classifier's logit: a window of pairs, one thread, the largest bank.</summary>
[MemoryDiagnoser]
public class MatchingScoreBenchmarks
{
    private const int Batches = 16;

    private IPairScorer? _scorer;
    private MatchingModel? _model;
    private EncodedPair[] _pairs = [];
    private float[] _scores = [];

    public static IEnumerable<string> Encoders => StageWork.Encoders;

    [ParamsSource(nameof(Encoders))]
    public string Encoder { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        StageWork work = StageWork.Load(Encoder);
        var plan = LoraModel.Plan(LoraModel.UsualRank);
        _scorer = LoraModel.CreateScorer(work.Encoder.Weights, plan, threads: 1);
        var constants = new MatchingConstants { Form = MatchingForm.DensityAware, BracketWeight = 0.5, LocationWeight = 1 };
        _pairs = work.Pairs.Pairs(..Batches);
        _scores = new float[_pairs.Length];
        _model = new MatchingModel(constants, BankDraw.Make(_scorer, work.Encoder.Weights.Shape.Hidden, work.Pairs.Pairs(Batches..(2 * Batches)), [], MatchingScore.DensityAware.Neighbours));
    }

    [GlobalCleanup]
    public void Cleanup() => _scorer!.Dispose();

    [Benchmark(Baseline = true)]
    public void Classifier() => PairScores.Compute(_scorer!.Score, _pairs, [], _scores);

    [Benchmark]
    public void DensityAware() => _model!.Score(_scorer!, _pairs, [], _scores);
}
