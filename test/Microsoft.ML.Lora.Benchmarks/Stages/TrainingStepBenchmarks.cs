using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines;

namespace Microsoft.ML.Lora.Benchmarks.Stages;

/// <summary>One optimizer step on a batch of 64 pairs.</summary>
[MemoryDiagnoser]
public class TrainingStepBenchmarks
{
    private StageWork? _work;
    private ITrainingSession? _session;

    public static IEnumerable<string> Encoders => StageWork.Encoders;

    [ParamsSource(nameof(Encoders))]
    public string Encoder { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _work = StageWork.Load(Encoder);
        _session = LoraModel.StartTraining(_work.Encoder.Weights, LoraModel.Plan(LoraModel.UsualRank), threads: 1);
    }

    [GlobalCleanup]
    public void Cleanup() => _session!.Dispose();

    /// <summary>Always the same batch, of usual size, so that every call does the same.</summary>
    [Benchmark]
    public double Step() => _session!.Step(_work!.Pairs.Training(0), LoraModel.Schedule).Loss;
}
