using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>A file of sentence pairs that every contender reads.</summary>
/// <param name="Path">Tab-separated, with a header that names question1, question2 and is_duplicate.</param>
/// <param name="Origin">What is in it, for the results.</param>
internal sealed record PairFile(string Path, string Origin)
{
    private const int SyntheticPairs = 4096;
    private const double MeanWords = 30;
    private const double Spread = 0.45;
    private const string Word = "time";

    /// <summary>The file asked for, or QQP where it is here, or else pairs of synthetic lengths, written to a temporary file.</summary>
    public static PairFile Find(string? asked)
    {
        string shared = System.IO.Path.Combine(BuildFacts.SharedDirectory, "data", "qqp", "train.tsv");
        return asked is not null ? new PairFile(asked, System.IO.Path.GetFileName(asked))
            : File.Exists(shared) ? new PairFile(shared, "QQP")
            : WriteSynthetic();
    }

    /// <summary>The first pairs of the file, with their labels.</summary>
    /// <exception cref="InvalidDataException">A column is missing, or a label is no number.</exception>
    public IReadOnlyList<(string First, string Second, int Label)> Read(int count)
    {
        using var reader = new StreamReader(Path);
        string[] header = (reader.ReadLine() ?? "").Split('\t');
        int first = ColumnOf(header, "question1");
        int second = ColumnOf(header, "question2");
        int label = ColumnOf(header, "is_duplicate");
        var pairs = new List<(string, string, int)>();
        while (pairs.Count < count && reader.ReadLine() is { } line)
        {
            string[] fields = line.Split('\t');
            if (fields.Length != header.Length || !int.TryParse(fields[label], out int number))
            {
                throw new InvalidDataException(
                    $"{Path}: line {pairs.Count + 2} needs the header's {header.Length} columns and a number for is_duplicate, but is '{line}'.");
            }

            pairs.Add((fields[first], fields[second], number));
        }

        return pairs;
    }

    private int ColumnOf(string[] header, string name)
    {
        int column = Array.IndexOf(header, name);
        return column >= 0 ? column : throw new InvalidDataException($"{Path}: the header has no column '{name}', only {string.Join(", ", header)}.");
    }

    /// <summary>Lengths are lognormal, with QQP's mean: about 33 tokens with the special ones.</summary>
    private static PairFile WriteSynthetic()
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"loraml-synthetic-pairs-{Environment.ProcessId}.tsv");
        var random = new SeededRandom(1);
        using var writer = new StreamWriter(path);
        writer.WriteLine("question1\tquestion2\tis_duplicate");
        for (int i = 0; i < SyntheticPairs; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            int words = Math.Max(2, (int)Math.Round(MeanWords * Math.Exp((Spread * normal) - (Spread * Spread / 2))));
            writer.WriteLine($"{Sentence(words / 2)}\t{Sentence(words - (words / 2))}\t{random.NextInt(2)}");
        }

        return new PairFile(path, "synthetic lengths (QQP is not here)");
    }

    private static string Sentence(int words) => string.Join(' ', Enumerable.Repeat(Word, words));
}
