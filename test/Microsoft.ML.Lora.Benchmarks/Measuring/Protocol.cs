using System.Diagnostics;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>How steps are timed: warm up, then a few segments, of whose rates the median counts. The peers do the same (peer_protocol.py).</summary>
/// <remarks>The runtime's settings are its defaults, as users have them; the warm-up outlasts tiered compilation of what a step calls.</remarks>
internal static class Protocol
{
    /// <summary>Steps that a warm-up has at least, unless said otherwise.</summary>
    public const int UsualWarmSteps = 2;

    private const int Segments = 5;
    private const int RepeatedSteps = 8;
    private static readonly TimeSpan WarmTime = TimeSpan.FromSeconds(2);

    /// <summary>Calls <paramref name="step"/> with 0, 1, 2, … and times it.</summary>
    /// <param name="pairs">Pairs in a step.</param>
    /// <param name="seconds">Of measuring, without the warm-up.</param>
    /// <param name="step">One step.</param>
    /// <param name="warmSteps">Steps that the warm-up has at least.</param>
    public static Rate Measure(int pairs, double seconds, Action<int> step, int warmSteps = UsualWarmSteps)
    {
        int done = 0;
        for (long start = Stopwatch.GetTimestamp(); done < warmSteps || Stopwatch.GetElapsedTime(start) < WarmTime; done++)
        {
            step(done);
        }

        var rates = new double[Segments];
        TimeSpan length = TimeSpan.FromSeconds(seconds / Segments);
        int first = done;
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        for (int segment = 0; segment < Segments; segment++)
        {
            int begun = done;
            long start = Stopwatch.GetTimestamp();
            while (done == begun || Stopwatch.GetElapsedTime(start) < length)
            {
                step(done++);
            }

            rates[segment] = (done - begun) * pairs / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        processor = Environment.CpuUsage.TotalTime - processor;
        return new Rate(rates.Median(), processor.TotalSeconds / ((double)(done - first) * pairs), AllocatedBytes(done, step));
    }

    /// <summary>Bytes allocated per step once memory has grown to what the steps need: the last ones are done once more.</summary>
    private static double AllocatedBytes(int done, Action<int> step)
    {
        int repeated = Math.Min(RepeatedSteps, done);
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (int number = done - repeated; number < done; number++)
        {
            step(number);
        }

        return (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / repeated;
    }
}
