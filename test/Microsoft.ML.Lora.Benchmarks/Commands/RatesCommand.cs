using System.CommandLine;
using Microsoft.ML.Lora.Benchmarks.RateGrid;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>Trains the grid that shows what rate rules are worth, and tells of it.</summary>
internal static class RatesCommand
{
    public static CliCommand Create()
    {
        var grid = new Option<string[]>("--grid") { Description = "issue: the whole grid; or its parts main, alphas and small. In place of encoders, ranks, alphas and rules.", AllowMultipleArgumentsPerToken = true };
        Option<string[]> encoders = Many("--encoders", "mini, small, or checkpoint folders.", "mini");
        Option<int[]> ranks = Many("--ranks", "Ranks.", 8);
        Option<double[]> alphas = Many("--alphas", "lora_alpha in multiples of the rank.", 2.0);
        Option<string[]> rules = Many("--rules", "equal:RATE, ratio:RATE,RATIO, balanced:RATE, riemannian:RATE, fitted:STEPS, adaptive:SHARE[,learned]; a name alone is its sweep.", "equal", "adaptive");
        Option<BaseOptimizer[]> optimizers = Many("--optimizers", "AdamW, Adam, GradientDescent.", BaseOptimizer.AdamW);
        Option<int[]> seeds = Many("--seeds", "Seeds.", 1, 2, 3, 4, 5);
        Option<double[]> clips = Many("--clips", "Norms to clip gradients at, 0 for none.", 0.0);
        Option<int> epochs = MeasuringOptions.Positive(new Option<int>("--epochs") { Description = "How often the pairs are gone through.", DefaultValueFactory = _ => 3 });
        Option<int> pairs = MeasuringOptions.Positive(new Option<int>("--pairs") { Description = "The most training pairs, the part to choose by included.", DefaultValueFactory = _ => int.MaxValue });
        Option<int> parallel = MeasuringOptions.Positive(new Option<int>("--parallel") { Description = "Trainings side by side, one thread each.", DefaultValueFactory = _ => Environment.ProcessorCount });
        Option<double> minutes = MeasuringOptions.Positive(new Option<double>("--minutes") { Description = "After these no training is begun.", DefaultValueFactory = _ => double.PositiveInfinity });
        var gigaflops = new Option<double>("--gigaflops") { Description = "Of one core, for predicting what was never measured.", DefaultValueFactory = _ => 40 };
        var planOnly = new Option<bool>("--plan") { Description = "Says what there is to do, and does nothing." };
        var summary = new Option<bool>("--summary") { Description = "Prints tables of what is finished, and runs nothing." };
        var byDev = new Option<bool>("--dev") { Description = "Shows figures on dev, to be read once at the end; unless given, those on the part of train that settings are chosen by, and none of dev." };
        var results = new Option<string>("--results") { Description = "Folder of the cells' results.", DefaultValueFactory = _ => Path.Combine(BuildFacts.RepositoryDirectory, "artifacts", "rates") };
        var command = new CliCommand("rates", "Trains with many rate rules on QQP, one thread each, side by side, resumably; and compares them.")
        {
            grid, encoders, ranks, alphas, rules, optimizers, seeds, clips, epochs, pairs, parallel, minutes, gigaflops, planOnly, summary, byDev, results,
        };
        command.SetAction(result =>
        {
            var folder = new RateFolder(result.GetRequiredValue(results), result.GetValue(epochs), result.GetValue(pairs));
            if (result.GetValue(summary))
            {
                Console.WriteLine(new RateSummary(folder.Results, result.GetValue(byDev)));
                return;
            }

            IEnumerable<RateCell> settings = result.GetValue(grid) is { Length: > 0 } names
                ? names.SelectMany(RateSweep.Named)
                : RateSweep.Cross(result.GetRequiredValue(encoders), result.GetRequiredValue(ranks), result.GetRequiredValue(alphas), result.GetRequiredValue(rules));
            IReadOnlyList<RateCell> cells = RateSweep.Spread(
                settings, result.GetRequiredValue(optimizers), result.GetRequiredValue(seeds), result.GetRequiredValue(clips));
            var runner = new RateRunner(
                folder, cells, result.GetValue(epochs), result.GetValue(pairs), result.GetValue(parallel), result.GetValue(gigaflops));
            Console.WriteLine(runner.Plan());
            if (!result.GetValue(planOnly))
            {
                runner.Run(result.GetValue(minutes));
            }
        });
        return command;
    }

    private static Option<T[]> Many<T>(string name, string description, params T[] usual) => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => usual,
    };
}
