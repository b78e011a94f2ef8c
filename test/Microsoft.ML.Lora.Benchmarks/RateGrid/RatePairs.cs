using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Benchmarks.RateGrid;

/// <summary>
/// QQP for choosing rates: what to train on, a part of the training pairs that shares no question with the rest to choose settings by, and
/// the dev pairs to report. The split is the same for every cell; pairs are tokenized once for each encoder.
/// </summary>
internal sealed class RatePairs
{
    /// <summary>The share of the training pairs that settings are chosen by.</summary>
    private const float ValidationShare = 0.1f;

    /// <summary>Decides the split; no cell's seed.</summary>
    private const ulong SplitSeed = 20_26;

    private const int Limit = 128;

    private RatePairs(LabeledPairs train, int[] groups, LabeledPairs validation, LabeledPairs dev) =>
        (Train, Groups, Validation, Dev) = (train, groups, validation, dev);

    /// <summary>What to train on.</summary>
    public LabeledPairs Train { get; }

    /// <summary>The component of each training pair.</summary>
    public int[] Groups { get; }

    /// <summary>What settings are chosen by.</summary>
    public LabeledPairs Validation { get; }

    /// <summary>What is reported.</summary>
    public LabeledPairs Dev { get; }

    /// <summary>Tokens of a training pair, on average.</summary>
    public double MeanTokens => Train.Pairs.Average(pair => pair.Length);

    /// <summary>Reads, splits and tokenizes.</summary>
    /// <param name="encoder">Whose tokenizer.</param>
    /// <param name="threads">Threads that tokenize.</param>
    /// <param name="most">The most training pairs to use, before the split; the first of the file.</param>
    public static RatePairs Load(LoadedEncoder encoder, int threads, int most)
    {
        IReadOnlyList<(string First, string Second, int Label)> train = File("train.tsv").Read(most);
        IReadOnlyList<(string First, string Second, int Label)> dev = File("dev.tsv").Read(int.MaxValue);
        bool[] aside = ValidationSplit.Choose(Components(train), ValidationShare, SplitSeed);
        (string First, string Second, int Label)[] rest = [.. train.Where((_, row) => !aside[row])];
        return new RatePairs(Encode(rest), Components(rest), Encode([.. train.Where((_, row) => aside[row])]), Encode(dev));

        LabeledPairs Encode(IReadOnlyList<(string First, string Second, int Label)> pairs)
        {
            var encoded = encoder.Tokenizer.EncodeAll([.. pairs.Select(pair => (pair.First, pair.Second))], Limit, threads);
            return new LabeledPairs([.. encoded.Pairs], null, [.. pairs.Select(pair => pair.Label)]);
        }
    }

    private static int[] Components(IReadOnlyList<(string First, string Second, int Label)> pairs) =>
        SentenceComponents.Of([.. pairs.Select(pair => (pair.First, pair.Second))]);

    private static PairFile File(string name)
    {
        string path = Path.Combine(BuildFacts.SharedDirectory, "data", "qqp", name);
        return System.IO.File.Exists(path)
            ? new PairFile(path, "QQP")
            : throw new FileNotFoundException($"The grid needs QQP's {name} in the shared data, but '{path}' is not there.", path);
    }
}
