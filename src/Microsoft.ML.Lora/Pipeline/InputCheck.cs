using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Holds the columns of the data against what the trainer and the model need, and reports all that is wrong at once.</summary>
internal static class InputCheck
{
    private const string Text = "text";
    private const string BoolOrNumber = "bool, or a number that is 0 or 1";
    private const string TextNumberOrKey = "text, a number or a key";
    private const string Training = "training data";

    /// <summary>Checks the shape of what a pipeline will deliver to training.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type; all such columns are named.</exception>
    public static void ForTraining(SchemaShape input, PairColumns columns) =>
        Throw(TrainingNeeds(columns).Select(need => Problem(input, need)), Names(input), Training, "inputSchema");

    /// <summary>Checks the columns that training will read.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type; all such columns are named.</exception>
    public static void ForTraining(DataViewSchema input, PairColumns columns) =>
        Throw(TrainingNeeds(columns).Select(need => Problem(input, need)), Names(input), Training, "input");

    /// <summary>Checks the columns that validation will read.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type; all such columns are named.</exception>
    public static void ForValidation(DataViewSchema validation, PairColumns columns) =>
        Throw(TrainingNeeds(columns).Select(need => Problem(validation, need)), Names(validation), "validation data", nameof(validation));

    /// <summary>Checks the columns that scoring will read.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type; all such columns are named.</exception>
    public static void ForScoring(DataViewSchema input, PairColumns columns) =>
        Throw(ScoringNeeds(columns).Select(need => Problem(input, need)), Names(input), "data", "inputSchema");

    /// <summary>Checks the columns that measuring calibration reads.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type; all such columns are named.</exception>
    public static void ForCalibration(DataViewSchema data, string label, string probability)
    {
        Need[] needs =
        [
            new("labelColumnName", label, BoolOrNumber, type => type is BooleanDataViewType or NumberDataViewType),
            new("probabilityColumnName", probability, "a float", type => type == NumberDataViewType.Single),
        ];
        Throw(needs.Select(need => Problem(data, need)), Names(data), "scored data", nameof(data));
    }

    private static IEnumerable<Need> ScoringNeeds(PairColumns columns) =>
    [
        new(nameof(LoraSentencePairOptions.FirstSentenceColumnName), columns.First, Text, type => type is TextDataViewType),
        new(nameof(LoraSentencePairOptions.SecondSentenceColumnName), columns.Second, Text, type => type is TextDataViewType),
    ];

    private static List<Need> TrainingNeeds(PairColumns columns)
    {
        var needs = ScoringNeeds(columns).ToList();
        needs.Add(new(nameof(LoraSentencePairOptions.LabelColumnName), columns.Label, BoolOrNumber, type => type is BooleanDataViewType or NumberDataViewType));
        if (columns.Group is { } group)
        {
            needs.Add(new(nameof(LoraSentencePairOptions.GroupColumnName), group, TextNumberOrKey, type => type is TextDataViewType or NumberDataViewType or BooleanDataViewType or KeyDataViewType));
        }

        return needs;
    }

    private static string? Problem(DataViewSchema input, Need need)
    {
        if (input.GetColumnOrNull(need.Column) is not { } column)
        {
            return need.Missing();
        }

        return need.Accepts(column.Type) ? null : need.WrongType(column.Type.ToString()!);
    }

    private static string? Problem(SchemaShape input, Need need)
    {
        foreach (SchemaShape.Column column in input)
        {
            if (column.Name == need.Column)
            {
                return Problem(column, need);
            }
        }

        return need.Missing();
    }

    private static string? Problem(SchemaShape.Column column, Need need)
    {
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar)
        {
            return need.WrongType($"a vector of {column.ItemType}");
        }

        // A key's item type is its number type, and whether a key is welcome only the group column decides.
        bool accepted = column.IsKey ? need.Expected == TextNumberOrKey : need.Accepts(column.ItemType);
        return accepted ? null : need.WrongType(column.IsKey ? $"a key ({column.ItemType})" : column.ItemType.ToString()!);
    }

    private static void Throw(IEnumerable<string?> problems, IEnumerable<string> names, string data, string parameterName)
    {
        string[] found = [.. problems.OfType<string>()];
        if (found.Length > 0)
        {
            throw new ArgumentException(
                $"The {data} does not fit: {string.Join(" ", found)} Its columns are: {string.Join(", ", names)}.", parameterName);
        }
    }

    private static IEnumerable<string> Names(DataViewSchema schema) => schema.Where(column => !column.IsHidden).Select(column => column.Name);

    private static IEnumerable<string> Names(SchemaShape schema) => schema.Select(column => column.Name);

    /// <summary>One column that must be there.</summary>
    private sealed record Need(string Option, string Column, string Expected, Func<DataViewType, bool> Accepts)
    {
        public string Missing() => $"Column '{Column}' ({Option}) is missing; it must be {Expected}.";

        public string WrongType(string actual) => $"Column '{Column}' ({Option}) must be {Expected}, but is {actual}.";
    }
}
