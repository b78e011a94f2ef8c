using System.CommandLine;
using System.Numerics;
using Microsoft.ML.Lora.Benchmarks.Reports;
using Microsoft.ML.Lora.Benchmarks.Workloads;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>Options that several commands have.</summary>
internal static class MeasuringOptions
{
    public static Option<double> Seconds(double usual) =>
        Positive(new Option<double>("--seconds")
        {
            Description = "Of measuring training, and again of scoring, after the warm-up.",
            DefaultValueFactory = _ => usual,
        });

    public static Option<int> Rounds() =>
        Positive(new Option<int>("--rounds") { Description = "How often the contenders take turns.", DefaultValueFactory = _ => 3 });

    public static Option<double?> Gigaflops() =>
        new("--gigaflops") { Description = "A product's rate on one core to draw the floor with; our own product's unless given." };

    public static Option<string?> Pairs() =>
        new("--pairs") { Description = "Pairs with question1, question2 and is_duplicate among their columns; QQP of the shared data unless given." };

    public static Option<string?> Python() => new("--python") { Description = "A Python that has torch; python3 and /usr/bin/python3 are tried too." };

    public static Option<string[]> Encoders() => new("--encoders")
    {
        Description = "mini, small, or checkpoint folders; unless given, the first two as far as they are here.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [.. EncoderPlace.Known.Select(place => place.Name)],
    };

    public static Option<string> Results() => new("--results") { Description = "Folder to write to.", DefaultValueFactory = _ => ResultFolder.Usual };

    public static Option<T> Positive<T>(Option<T> option)
        where T : INumber<T>
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && T.TryParse(result.Tokens[0].Value, null, out T? value) && value <= T.Zero)
            {
                result.AddError($"{option.Name} must be above 0, but is {value}.");
            }
        });
        return option;
    }

    /// <summary>The folder asked for.</summary>
    public static ResultFolder Folder(ParseResult result, Option<string> option) =>
        new(result.GetRequiredValue(option), string.Join(' ', result.Tokens.Select(token => WithoutFolder(token.Value))));

    /// <summary>Where things lie on a machine is nothing for a result.</summary>
    private static string WithoutFolder(string token) =>
        Path.IsPathFullyQualified(token) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(token)) : token;

    /// <summary>Numbers of threads worth a measurement: 1, 2, 4, … and all.</summary>
    public static IReadOnlyList<int> ThreadCounts()
    {
        var counts = new List<int>();
        for (int threads = 1; threads < Environment.ProcessorCount; threads *= 2)
        {
            counts.Add(threads);
        }

        return [.. counts, Environment.ProcessorCount];
    }
}
