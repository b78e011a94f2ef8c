using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;

namespace Ablation.Pairs;

/// <summary>The pairs of an ablation: to train on, to fit scores and draw curves on, and to measure on.</summary>
internal sealed class PairSet
{
    private const double AsideShare = 0.1;

    /// <summary>Pairs between domains are dropped when domains are kept aside, so more of them are: three of fourteen.</summary>
    private const double AsideShareOfSubjects = 0.2;

    private PairSet(IReadOnlyList<LabeledPair> train, IReadOnlyList<LabeledPair> validation, IReadOnlyList<LabeledPair> test)
    {
        (Train, Validation, Test) = (train, validation, test);
        HashSet<string> known = [.. train.SelectMany(Questions)];
        KnownTestPairs = test.Count(pair => Questions(pair).Any(known.Contains));
        KnownValidationPairs = validation.Count(pair => Questions(pair).Any(known.Contains));
        Digest = DigestOf([train, validation, test]);
    }

    public IReadOnlyList<LabeledPair> Train { get; }

    public IReadOnlyList<LabeledPair> Validation { get; }

    public IReadOnlyList<LabeledPair> Test { get; }

    /// <summary>Test pairs with a question that training pairs have too.</summary>
    public int KnownTestPairs { get; }

    /// <summary>Validation pairs with a question that training pairs have too.</summary>
    public int KnownValidationPairs { get; }

    /// <summary>Changes with every text, label and place of a pair: 16 hexadecimal digits.</summary>
    public string Digest { get; }

    /// <summary>Reads the pairs, keeps some aside where there is no file of validation pairs, and draws the wanted number.</summary>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file holds something else than pairs of both labels, or none can be kept aside.</exception>
    public static PairSet Load(MLContext ml, PairSource source)
    {
        IReadOnlyList<LabeledPair> train = PairFile.Read(ml, source.Train);
        IReadOnlyList<LabeledPair> test = PairFile.Read(ml, source.Test);
        IReadOnlyList<LabeledPair> validation;
        if (source.Validation is { } file)
        {
            validation = PairFile.Read(ml, file);
        }
        else
        {
            Func<string, string> groups = source.Subjects is { } subjects ? QuestionGroups.Subjects(subjects) : QuestionGroups.Components(train);
            int all = train.Count;
            (train, validation) = PairSplit.ByGroups(train, groups, source.Subjects is null ? AsideShare : AsideShareOfSubjects);
            RequireBothLabels(validation, source.Train, all);
        }

        return new PairSet(Draw(train, source.MostPairs), validation, test);
    }

    /// <summary>Not all of one label, however few are wanted: each label is drawn by itself.</summary>
    private static IReadOnlyList<LabeledPair> Draw(IReadOnlyList<LabeledPair> pairs, int? most)
    {
        if (most is not { } wanted || wanted >= pairs.Count)
        {
            return pairs;
        }

        int positives = Math.Clamp((int)Math.Round((double)wanted * pairs.Count(pair => pair.Label) / pairs.Count), 1, wanted - 1);
        return
        [
            .. pairs.Where(pair => pair.Label).OrderBy(TextOrder.Of).Take(positives),
            .. pairs.Where(pair => !pair.Label).OrderBy(TextOrder.Of).Take(wanted - positives),
        ];
    }

    private static void RequireBothLabels(IReadOnlyList<LabeledPair> validation, string file, int all)
    {
        int positives = validation.Count(pair => pair.Label);
        if (positives == 0 || positives == validation.Count)
        {
            throw new InvalidDataException(
                $"{file}: of its {all} pairs, {validation.Count} ({positives} duplicates) could be kept aside for validation without sharing a question with the rest, "
                + "but some of both labels are needed. Name a file of validation pairs with --validation.");
        }
    }

    private static string[] Questions(LabeledPair pair) => [pair.Sentence1, pair.Sentence2];

    private static string DigestOf(IReadOnlyList<LabeledPair>[] parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (IReadOnlyList<LabeledPair> part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{part.Count}\n"));
            foreach (LabeledPair pair in part)
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{pair.Sentence1}\t{pair.Sentence2}\t{pair.Label}\n"));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
