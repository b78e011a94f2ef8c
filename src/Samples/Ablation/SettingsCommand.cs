using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Ablation.Cells;
using Ablation.Methods;
using Ablation.Pairs;
using SampleConsole;

namespace Ablation;

/// <summary>The command line: its options, their defaults, and what they mean.</summary>
internal static class SettingsCommand
{
    /// <summary>The option that leaves the training out.</summary>
    public const string ReportOnlyName = "--report-only";

    private const string Layout = "tab-separated, with a header: question1, question2, is_duplicate among its columns, as in GLUE's QQP";

    private static readonly int[] UsualRanks = [1, 2, 4, 8, 16, 32, 64];
    private static readonly int[] UsualSeeds = [1, 2, 3];

    private static readonly Option<FileInfo?> Train = new("--train") { Description = $"Training pairs: {Layout}. The support questions that come with the program unless given." };
    private static readonly Option<FileInfo?> Validation = new("--validation") { Description = "Pairs that scores are fitted on and curves drawn from. Unless given, a part of the training pairs that shares no question with the rest." };
    private static readonly Option<FileInfo?> Test = new("--test") { Description = "Test pairs. Needed with --train." };
    private static readonly Option<int?> Pairs = Whole(new Option<int?>("--pairs") { Description = "The most training pairs. All of them unless given." }, 2);
    private static readonly Option<string> Encoder = new("--encoder") { Description = EncoderChoice.Description, DefaultValueFactory = _ => "mini" };
    private static readonly Option<Method[]> Methods = ListOption("--methods", $"Rows: {MethodList.Names}. All of them unless given.", MethodList.Of);
    private static readonly Option<int[]> Ranks = ListOption("--ranks", $"Ranks of the sweep. {string.Join(',', UsualRanks)} unless given.", word => Number(word, 1));
    private static readonly Option<int[]> Seeds = ListOption("--seeds", $"Seeds of initial weights and data order: a training of every row for each. {string.Join(',', UsualSeeds)} unless given.", word => Number(word, 0));
    private static readonly Option<int> Rank = Whole(new Option<int>("--rank") { Description = "Rank of the low-rank updates outside the sweep.", DefaultValueFactory = _ => 8 }, 1);
    private static readonly Option<float> AlphaPerRank = new("--alpha-per-rank") { Description = "lora_alpha in multiples of the rank.", DefaultValueFactory = _ => 2 };
    private static readonly Option<int> Layers = Whole(new Option<int>("--layers") { Description = "Layers that the row 'last' trains.", DefaultValueFactory = _ => 1 }, 1);
    private static readonly Option<int?> Bottleneck = Whole(new Option<int?>("--bottleneck") { Description = "Width of AdapterH's and AdapterL's bottlenecks. The library's default unless given." }, 1);
    private static readonly Option<int> Epochs = Whole(new Option<int>("--epochs") { Description = "How often the training pairs are gone through.", DefaultValueFactory = _ => 3 }, 1);
    private static readonly Option<int> Batch = Whole(new Option<int>("--batch") { Description = "Pairs per step.", DefaultValueFactory = _ => 64 }, 1);
    private static readonly Option<int> MaxTokens = Whole(new Option<int>("--max-tokens") { Description = "Longest sequence in tokens.", DefaultValueFactory = _ => 128 }, 8);
    private static readonly Option<string[]> Rates = new("--rates")
    {
        Description = $"METHOD=RULE, as often as wanted: the rule for the learning rates of {MethodList.NamesWithRates} and of the rows that follow them. RULE is {RateText.Forms}.",
    };
    private static readonly Option<int> Jobs = Whole(new Option<int>("--jobs") { Description = "Trainings side by side, each in a process of its own.", DefaultValueFactory = _ => Environment.ProcessorCount }, 1);
    private static readonly Option<int> Threads = Whole(new Option<int>("--threads") { Description = "Threads of each training. They change its speed alone.", DefaultValueFactory = _ => 1 }, 1);
    private static readonly Option<DirectoryInfo> Output = new("--output")
    {
        Description = "Folder of the report and of the finished cells, which are not trained again.",
        DefaultValueFactory = _ => new DirectoryInfo("ablation-results"),
    };

    private static readonly Option<bool> ReportOnly = new(ReportOnlyName) { Description = "Train nothing: make the report of the trainings that are finished." };

    /// <summary>A command that calls <paramref name="run"/> with the settings it was given, and <paramref name="serve"/> where it is a cell's process.</summary>
    public static RootCommand Create(Func<Settings, int> run, Func<int> serve)
    {
        var cell = new Command(CellProcess.Subcommand, "Trains one cell; the program starts itself so.") { Hidden = true };
        cell.SetAction(_ => serve());
        var command = new RootCommand("Trains every method of the papers' tables on one pair file, for several seeds, and reports accuracy, calibration and cost. Finished trainings are kept: run it again to go on.")
        {
            Train, Validation, Test, Pairs, Encoder, Methods, Ranks, Seeds, Rank, AlphaPerRank, Layers, Bottleneck, Epochs, Batch, MaxTokens, Rates, Jobs, Threads, Output, ReportOnly, cell,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Train) is null != result.GetValue(Test) is null || (result.GetValue(Validation) is not null && result.GetValue(Train) is null))
            {
                result.AddError("--train and --test go together, and --validation needs both; without any of them the support questions are used.");
            }

            Attempt(result, "", () => RulesOf(result.GetValue(Rates)));
        });
        command.SetAction(result => run(SettingsOf(result)));
        return command;
    }

    private static Settings SettingsOf(ParseResult result) => new()
    {
        Source = result.GetValue(Train) is { } train
            ? new PairSource
            {
                Train = train.FullName,
                Validation = result.GetValue(Validation)?.FullName,
                Test = result.GetRequiredValue(Test)!.FullName,
                Subjects = null,
                MostPairs = result.GetValue(Pairs),
            }
            : PairSource.Support(result.GetValue(Pairs)),
        Encoder = result.GetRequiredValue(Encoder),
        Methods = result.GetValue(Methods) is { Length: > 0 } methods ? [.. MethodList.All.Where(methods.Contains)] : MethodList.All,
        Ranks = result.GetValue(Ranks) is { Length: > 0 } ranks ? ranks : UsualRanks,
        Seeds = result.GetValue(Seeds) is { Length: > 0 } seeds ? seeds : UsualSeeds,
        Rank = result.GetRequiredValue(Rank),
        AlphaPerRank = result.GetRequiredValue(AlphaPerRank),
        Layers = result.GetRequiredValue(Layers),
        Bottleneck = result.GetValue(Bottleneck),
        Epochs = result.GetRequiredValue(Epochs),
        Batch = result.GetRequiredValue(Batch),
        MaxTokens = result.GetRequiredValue(MaxTokens),
        Rates = RulesOf(result.GetValue(Rates)),
        Jobs = result.GetRequiredValue(Jobs),
        Threads = result.GetRequiredValue(Threads),
        Output = result.GetRequiredValue(Output).FullName,
        ReportOnly = result.GetValue(ReportOnly),
    };

    /// <summary>The default rules, with those in place that were given.</summary>
    /// <exception cref="ArgumentException">One names no method that has a rule, or no rule.</exception>
    private static Dictionary<string, string> RulesOf(string[]? given)
    {
        var rules = new Dictionary<string, string>(MethodList.Rates, StringComparer.Ordinal);
        foreach (string text in given ?? [])
        {
            int sign = text.IndexOf('=', StringComparison.Ordinal);
            if (sign < 0 || !rules.ContainsKey(text[..sign]))
            {
                throw new ArgumentException($"--rates '{text}' must be METHOD=RULE, with one of {MethodList.NamesWithRates} before the sign; the other rows follow these.");
            }

            RateText.Parse(text[(sign + 1)..]);
            rules[text[..sign]] = text[(sign + 1)..];
        }

        return rules;
    }

    /// <summary>Values with commas or spaces between them, each once.</summary>
    private static Option<T[]> ListOption<T>(string name, string description, Func<string, T> parse) => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        {
            T[] values = [];
            Attempt(result, $"{name}: ", () => values = [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)).Select(parse).Distinct()]);
            return values;
        },
    };

    private static int Number(string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw new ArgumentException($"'{text}' is no whole number of at least {least}.");

    private static Option<T> Whole<T>(Option<T> option, int least)
    {
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } value && value < least)
            {
                result.AddError($"{option.Name} must be at least {least}, but is {value}.");
            }
        });
        return option;
    }

    private static void Attempt(SymbolResult result, string where, Action action)
    {
        try
        {
            action();
        }
        catch (ArgumentException exception)
        {
            result.AddError(where + exception.Message);
        }
    }
}
