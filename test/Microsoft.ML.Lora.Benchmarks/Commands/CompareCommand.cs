using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Benchmarks.Peers;
using Microsoft.ML.Lora.Benchmarks.Reports;
using Microsoft.ML.Lora.Benchmarks.Workloads;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>Our engine and its peers on the same pairs, taking turns, so that a slow minute of the machine meets them all.</summary>
internal static class CompareCommand
{
    private static readonly int?[] Lengths = [null, 64];

    public static CliCommand Create()
    {
        Option<string[]> encoders = MeasuringOptions.Encoders();
        Option<string?> pairs = MeasuringOptions.Pairs();
        Option<string?> python = MeasuringOptions.Python();
        Option<int> rounds = MeasuringOptions.Rounds();
        Option<double> seconds = MeasuringOptions.Seconds(20);
        Option<string> results = MeasuringOptions.Results();
        var command = new CliCommand("compare", "Training and scoring beside torch, PEFT and ONNX Runtime, as far as a Python has them.")
        {
            encoders, pairs, python, rounds, seconds, results,
        };
        command.SetAction(result =>
        {
            PairFile file = PairFile.Find(result.GetValue(pairs));
            List<Contender> contenders = [Contender.OursInEachPrecision];
            if (Python.Find(result.GetValue(python), "torch") is { } found)
            {
                contenders.AddRange(Contender.Peers(found));
            }

            RunSetting[] settings =
            [
                .. from name in result.GetRequiredValue(encoders)
                   from tokens in Lengths
                   from threads in MeasuringOptions.ThreadCounts()
                   select new RunSetting(EncoderPlace.Of(name), tokens, threads),
            ];
            var comparison = new Comparison();
            foreach (RunSetting setting in settings)
            {
                Run(comparison, contenders, setting, file, result.GetRequiredValue(rounds), result.GetRequiredValue(seconds));
            }

            string body = $"Pairs: {file.Origin}. Batches of 64, rank 8 on query and value, fp32 unless int8 is named, "
                + $"medians of {result.GetRequiredValue(rounds)} rounds.\n\n{comparison.ToMarkdown()}";
            MeasuringOptions.Folder(result, results).Write("compare", "Beside the peers", body, comparison.ToJson());
        });
        return command;
    }

    /// <summary>Takes turns. A peer that fails says why, and is left out from then on.</summary>
    private static void Run(Comparison comparison, List<Contender> contenders, RunSetting setting, PairFile file, int rounds, double seconds)
    {
        for (int round = 1; round <= rounds; round++)
        {
            foreach (Contender contender in contenders.ToArray())
            {
                try
                {
                    JsonObject found = contender.Run(setting, file.Path, seconds);
                    comparison.Add(setting, contender.Name, found);
                    Console.WriteLine(
                        $"{setting}, round {round}, {contender.Name}: training {Shown(found, "train")}, scoring {Shown(found, "score")} pairs/s"
                        + (found.ContainsKey("scoreInt8PairsPerSecond") ? $", in int8 {Shown(found, "scoreInt8")}" : ""));
                }
                catch (InvalidOperationException exception) when (contender != Contender.OursInEachPrecision)
                {
                    Console.WriteLine($"{contender.Name} is left out from here on: {exception.Message}");
                    contenders.Remove(contender);
                }
            }
        }
    }

    private static string Shown(JsonObject found, string work) =>
        found[$"{work}PairsPerSecond"] is { } rate ? Show.Number((double)rate) : "none";
}
