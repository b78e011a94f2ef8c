using System.Collections.Concurrent;
using System.CommandLine;
using System.Text.Json;
using Microsoft.ML.Lora.Benchmarks.Measuring;
using Microsoft.ML.Lora.Benchmarks.Reports;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Pipeline;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>Ways of scoring beside each other: accuracy and calibration, in the domain trained on and out of it.</summary>
internal static class CalibrationCommand
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    public static CliCommand Create()
    {
        var encoder = new Option<string>("--encoder") { Description = "mini, small, or a checkpoint folder.", DefaultValueFactory = _ => "mini" };
        var seeds = new Option<int[]>("--seeds") { Description = "Seeds, one training each and domain.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 2, 3] };
        var pairs = MeasuringOptions.Positive(new Option<int>("--pairs") { Description = "The most pairs to train on.", DefaultValueFactory = _ => 10_000 });
        var epochs = MeasuringOptions.Positive(new Option<int>("--epochs") { Description = "Epochs of training.", DefaultValueFactory = _ => 3 });
        var neighbours = MeasuringOptions.Positive(new Option<int>("--neighbours") { Description = "k.", DefaultValueFactory = _ => MatchingScore.DensityAware.Neighbours });
        var jobs = MeasuringOptions.Positive(new Option<int>("--jobs") { Description = "Trainings side by side, each on one thread.", DefaultValueFactory = _ => 1 });
        var judge = new Option<JudgedBy>("--judge") { Description = "What to judge by: the test files, or a part of the training pairs, drawn by the seed, that shares no question with the rest.", DefaultValueFactory = _ => JudgedBy.TrainingPart };
        Option<string> results = MeasuringOptions.Results();
        var command = new CliCommand("calibration", "Matching scores beside temperature scaling: accuracy, log-loss, calibration, in and out of domain.")
        {
            encoder, seeds, pairs, epochs, neighbours, jobs, judge, results,
        };
        command.SetAction(result =>
        {
            PairDomain[] domains = [.. new[] { PairDomain.Quora, PairDomain.Support }.Where(domain => Directory.Exists(domain.Folder))];
            LoadedEncoder loaded = EncoderPlace.Of(result.GetRequiredValue(encoder)).Open().Handle.Load();
            MatchingScore bank = MatchingScore.DensityAware with { Neighbours = result.GetRequiredValue(neighbours) };
            var study = new CalibrationStudy(loaded, result.GetRequiredValue(epochs), bank);
            int most = result.GetRequiredValue(pairs);
            JudgedBy judgedBy = result.GetValue(judge);
            var trainings = from seed in result.GetRequiredValue(seeds) from domain in domains select (Seed: seed, Domain: domain);
            CalibrationPoint[] points = Run(
                trainings, training => study.Run(training.Domain, domains, training.Seed, most, judgedBy), result.GetRequiredValue(jobs));
            string body = $"Encoder {loaded.Identity.Id}, rank 8 on query and value, up to {most} training pairs, {result.GetRequiredValue(epochs)} epochs at 2e-3. Constants are fitted on "
                + $"pairs that share no question with the training pairs. Judged by {(judgedBy == JudgedBy.TestFile ? "the test files" : "a further part of the training files that shares no question with those")}. ECE over 15 bins of equal size.\n\n{CalibrationTable.Of(points)}";
            MeasuringOptions.Folder(result, results).Write("calibration", "Matching scores", body, JsonSerializer.SerializeToNode(points, CamelCase)!, ReliabilityPicture.Draw(points, ScoringWay.Drawn));
        });
        return command;
    }

    private static CalibrationPoint[] Run(
        IEnumerable<(int Seed, PairDomain Domain)> trainings, Func<(int Seed, PairDomain Domain), IEnumerable<CalibrationPoint>> run, int jobs)
    {
        var found = new ConcurrentBag<CalibrationPoint>();
        Parallel.ForEach(trainings, new ParallelOptions { MaxDegreeOfParallelism = jobs }, training =>
        {
            foreach (CalibrationPoint point in run(training))
            {
                found.Add(point);
            }

            Console.WriteLine($"{training.Domain.Name}, seed {training.Seed}: done");
        });
        string[] order = [.. ScoringWay.All.Select(way => way.Name)];
        return [.. found.OrderBy(point => point.Train).ThenBy(point => point.Test).ThenBy(point => Array.IndexOf(order, point.Score)).ThenBy(point => point.Seed)];
    }
}
