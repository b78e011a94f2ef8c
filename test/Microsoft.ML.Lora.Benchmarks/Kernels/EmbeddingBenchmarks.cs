using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>The sums of word, position and segment rows for 256 tokens.</summary>
[MemoryDiagnoser]
public class EmbeddingBenchmarks
{
    private const int Vocabulary = 8192;
    private const int Positions = 64;
    private const int Segments = 2;

    private readonly int[] _wordIds = new int[Sizes.Rows];
    private readonly int[] _positionIds = new int[Sizes.Rows];
    private readonly int[] _segmentIds = new int[Sizes.Rows];
    private float[] _words = [];
    private float[] _positions = [];
    private float[] _segments = [];
    private float[] _plain = [];
    private float[] _fast = [];

    [Params(Sizes.Mini, Sizes.Small)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new SeededRandom(1);
        for (int i = 0; i < Sizes.Rows; i++)
        {
            _wordIds[i] = random.NextInt(Vocabulary);
            _positionIds[i] = i % Positions;
            _segmentIds[i] = _positionIds[i] / (Positions / Segments);
        }

        _words = RandomFloats.Make(Vocabulary * Hidden, 2);
        _positions = RandomFloats.Make(Positions * Hidden, 3);
        _segments = RandomFloats.Make(Segments * Hidden, 4);
        _plain = new float[Sizes.Rows * Hidden];
        _fast = new float[Sizes.Rows * Hidden];
        Plain();
        Fast();
        Agreement.Require(_plain, _fast);
    }

    [Benchmark(Baseline = true)]
    public void Plain()
    {
        for (int i = 0; i < Sizes.Rows; i++)
        {
            for (int j = 0; j < Hidden; j++)
            {
                _plain[(i * Hidden) + j] =
                    _words[(_wordIds[i] * Hidden) + j] + _positions[(_positionIds[i] * Hidden) + j] + _segments[(_segmentIds[i] * Hidden) + j];
            }
        }
    }

    [Benchmark]
    public void Fast() => Embedding.Forward(_words, _wordIds, _positions, _positionIds, _segments, _segmentIds, Hidden, _fast);
}
