using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ablation.Pairs;

/// <summary>A tab-separated file of pairs, whose header says which columns hold the questions and the label: GLUE's QQP layout, or fewer columns.</summary>
internal static class PairFile
{
    /// <summary>All its pairs, in its order.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A column is missing, a row cannot be read, or the pairs are all of one label.</exception>
    public static IReadOnlyList<LabeledPair> Read(MLContext ml, string path)
    {
        TableHeader header = TableHeader.Read(path);
        TextLoader.Column[] columns =
        [
            new(nameof(LabeledPair.Sentence1), DataKind.String, header.IndexOf("question1", "sentence1")),
            new(nameof(LabeledPair.Sentence2), DataKind.String, header.IndexOf("question2", "sentence2")),
            new(nameof(LabeledPair.Label), DataKind.Boolean, header.IndexOf("is_duplicate", "label")),
        ];
        List<LabeledPair> pairs;
        try
        {
            pairs = [.. ml.Data.CreateEnumerable<LabeledPair>(ml.Data.LoadFromTextFile(path, columns, hasHeader: true), reuseRowObject: false)];
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}: {exception.GetBaseException().Message}", exception);
        }

        int positives = pairs.Count(pair => pair.Label);
        return positives > 0 && positives < pairs.Count
            ? pairs
            : throw new InvalidDataException($"{path} has {pairs.Count - positives} pairs labelled 0 and {positives} labelled 1, but training and measuring need some of both.");
    }
}
