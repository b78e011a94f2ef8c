namespace Ablation.Pairs;

/// <summary>Where the pairs are, and how many of them are wanted.</summary>
internal sealed record PairSource
{
    /// <summary>Full path of the training pairs.</summary>
    public required string Train { get; init; }

    /// <summary>Full path of the validation pairs; <see langword="null"/> to keep some of the training pairs aside.</summary>
    public required string? Validation { get; init; }

    /// <summary>Full path of the test pairs.</summary>
    public required string Test { get; init; }

    /// <summary>
    /// Full path of a table of questions with the columns <c>domain</c> and <c>question</c>, whose domains are kept together when pairs are kept
    /// aside; <see langword="null"/> to keep together what pairs link.
    /// </summary>
    public required string? Subjects { get; init; }

    /// <summary>The most training pairs; <see langword="null"/> for all.</summary>
    public required int? MostPairs { get; init; }

    /// <summary>The support questions that come with the program.</summary>
    public static PairSource Support(int? mostPairs)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Data");
        return new PairSource
        {
            Train = Path.Combine(folder, "train.tsv"),
            Validation = null,
            Test = Path.Combine(folder, "test.tsv"),
            Subjects = Path.Combine(folder, "questions.tsv"),
            MostPairs = mostPairs,
        };
    }
}
