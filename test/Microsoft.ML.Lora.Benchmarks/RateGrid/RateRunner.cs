using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.ML.Lora.Benchmarks.Measuring;
using Microsoft.ML.Lora.Benchmarks.Reports;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Pipeline;

namespace Microsoft.ML.Lora.Benchmarks.RateGrid;

/// <summary>Runs cells side by side, each on one thread, and leaves one file for each that ended. What has its file is not run again.</summary>
internal sealed class RateRunner
{
    private readonly RateFolder _folder;
    private readonly Dictionary<string, (LoadedEncoder Encoder, RatePairs Pairs)> _loaded = [];
    private readonly int _epochs;
    private readonly int _parallel;
    private readonly double _gigaflops;

    /// <param name="folder">Where results lie.</param>
    /// <param name="cells">What is to be run, finished or not.</param>
    /// <param name="epochs">How often the training pairs are gone through.</param>
    /// <param name="mostPairs">The most training pairs.</param>
    /// <param name="parallel">How many cells run at once.</param>
    /// <param name="gigaflops">What one core does, for cells unlike any that was measured.</param>
    public RateRunner(RateFolder folder, IReadOnlyList<RateCell> cells, int epochs, int mostPairs, int parallel, double gigaflops)
    {
        (_folder, _epochs, _parallel, _gigaflops) = (folder, epochs, parallel, gigaflops);
        foreach (string name in cells.Select(cell => cell.Encoder).Distinct())
        {
            LoadedEncoder encoder = EncoderPlace.Of(name).Open().Handle.Load();
            _loaded.Add(name, (encoder, RatePairs.Load(encoder, parallel, mostPairs)));
        }

        // The longest first, so that the end is not spent waiting for one of them.
        Open = [.. cells.Where(cell => !folder.Has(cell)).OrderByDescending(Predicted)];
        Finished = cells.Count - Open.Count;
    }

    /// <summary>The cells that have no result yet, in the order in which they are run.</summary>
    public IReadOnlyList<RateCell> Open { get; }

    /// <summary>How many have one.</summary>
    public int Finished { get; }

    /// <summary>What there is to do, in words.</summary>
    public string Plan()
    {
        double hours = Open.Sum(Predicted) / 3600;
        IEnumerable<string> data = _loaded.Select(entry =>
            $"{entry.Key}: {entry.Value.Pairs.Train.Count} pairs to train on, {entry.Value.Pairs.Validation.Count} to choose by, {entry.Value.Pairs.Dev.Count} dev, "
            + $"{RateTraining.Steps(entry.Value.Pairs, _epochs)} steps, {Predicted(entry.Key, 8) / 60:0.0} min for a cell of rank 8");
        return $"{string.Join('\n', data)}\n{Open.Count} cells to run, {Finished} finished; about {hours:0.0} core-hours, "
            + $"{hours / _parallel:0.00} h with {_parallel} side by side";
    }

    /// <summary>Runs what is open.</summary>
    /// <param name="minutes">After these no cell is begun; those that run are run to their end.</param>
    public void Run(double minutes)
    {
        long began = Stopwatch.GetTimestamp();
        var queue = new ConcurrentQueue<RateCell>(Open);
        int done = 0;
        var failures = new ConcurrentQueue<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, _parallel).Select(_ => new Thread(Work))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (failures.TryDequeue(out Exception? failure))
        {
            throw new InvalidOperationException($"{failures.Count + 1} cells failed; the first: {failure.Message}", failure);
        }

        void Work()
        {
            while (Stopwatch.GetElapsedTime(began).TotalMinutes < minutes && queue.TryDequeue(out RateCell? cell))
            {
                try
                {
                    (LoadedEncoder encoder, RatePairs pairs) = _loaded[cell.Encoder];
                    RateResult result = RateTraining.Run(cell, encoder, pairs, _epochs);
                    _folder.Write(result);
                    Console.WriteLine($"{Stopwatch.GetElapsedTime(began):hh\\:mm\\:ss} {Interlocked.Increment(ref done)}/{Open.Count} {Told(result)}");
                }
                catch (Exception exception) when (exception is IOException or ArgumentException or InvalidOperationException)
                {
                    failures.Enqueue(exception);
                }
            }
        }
    }

    private static string Told(RateResult result) => result.Diverged
        ? $"{result.Cell.Name}: diverged after {result.Steps} steps: {result.Failure}"
        : $"{result.Cell.Name}: validation {result.Validation!.Accuracy:0.0000}, loss {result.Validation.LogLoss:0.0000}, {result.Seconds:0} s, "
            + $"c {result.Rates[^1].Rate:0.0e+0}, ratio {Show.Number(result.Rates[^1].Ratio)}";

    private double Predicted(RateCell cell) => Predicted(cell.Encoder, cell.Rank);

    /// <summary>Seconds of a cell: as the finished ones like it took, or from operations.</summary>
    private double Predicted(string name, int rank)
    {
        if (_folder.MeanSeconds(name, rank) is { } measured)
        {
            return measured;
        }

        (LoadedEncoder encoder, RatePairs pairs) = _loaded[name];
        double perSecond = Floor.PairsPerSecond(encoder.Weights.Shape, pairs.MeanTokens, _gigaflops, threads: 1, isTraining: true);
        return _epochs * pairs.Train.Count / perSecond;
    }
}
