using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Benchmarks.Measuring;
using Microsoft.ML.Lora.Benchmarks.Peers;

namespace Microsoft.ML.Lora.Benchmarks.Reports;

/// <summary>What the contenders reached, and in what ratio to each other.</summary>
internal sealed class Comparison
{
    /// <summary>
    /// A product slower than this share of ours comes from a library that nobody should be compared with: a reference BLAS, or an OpenBLAS that does not know the processor
    /// and takes its oldest kernels (0.3.21 on a Xeon whose AMX is hidden: 37 GFLOP/s instead of 150).
    /// </summary>
    private const double FairShare = 0.5;

    private static readonly (string Key, string Name)[] Works = [("train", "training"), ("score", "scoring"), ("scoreInt8", "scoring in int8")];

    private readonly List<(RunSetting Setting, string Contender, JsonObject Found)> _runs = [];

    /// <summary>Adds what one run found.</summary>
    public void Add(RunSetting setting, string contender, JsonObject found) => _runs.Add((setting, contender, found));

    /// <summary>Everything that was found, run by run.</summary>
    public JsonArray ToJson() =>
    [
        .. _runs.Select(run => new JsonObject
        {
            ["contender"] = run.Contender,
            ["encoder"] = run.Setting.Encoder.Name,
            ["tokens"] = run.Setting.Tokens,
            ["found"] = run.Found.DeepClone(),
        }),
    ];

    /// <summary>A table for each peer, the rates of products, and a warning where a peer's are too slow.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        string ours = Contender.Ours.Name;
        string[] peers = [.. _runs.Select(run => run.Contender).Distinct().Where(name => name != ours)];
        double ownGigaflops = Median(_ => true, ours, "productGigaflops") ?? throw new InvalidOperationException("Our own engine was not run.");
        double? peerGigaflops = null;
        foreach (string peer in peers)
        {
            if (Median(_ => true, peer, "productGigaflops") is { } gigaflops)
            {
                text.Append($"- {EngineOf(peer)}: {gigaflops:0} GFLOP/s in a large product on one core, ours {ownGigaflops:0}.\n");
                peerGigaflops = Math.Max(peerGigaflops ?? 0, gigaflops);
                if (gigaflops < FairShare * ownGigaflops)
                {
                    text.Append($"- **Warning: {peer}'s products are too slow to compare with: less than half of ours. Install a fast BLAS, such as OpenBLAS; where it is one, see what it takes the processor for (OPENBLAS_VERBOSE=2), and name it (OPENBLAS_CORETYPE=SkylakeX).**\n");
                }
            }
        }

        // The peers' rate is what the goal names; one with a slow library must not make the floor easy to reach.
        double floor = peerGigaflops >= FairShare * ownGigaflops ? peerGigaflops.Value : ownGigaflops;
        text.Append($"- Floor: 2PT operations forward and 2PT backward at {floor:0} GFLOP/s of fp32 on each thread.\n\n");
        text.Append(OwnTable(floor));
        foreach (string peer in peers)
        {
            text.Append($"\n## {EngineOf(peer)}\n\n{PeerTable(peer)}");
        }

        return text.ToString();
    }

    private MarkdownTable OwnTable(double gigaflops)
    {
        var table = new MarkdownTable(
            "encoder", "lengths", "work", "threads", "pairs/s", "over 1 thread", "of the floor", "processor ms/pair",
            "bytes allocated/step", "peak memory");
        foreach ((RunSetting setting, string key, string work) in Rows())
        {
            string ours = Contender.Ours.Name;
            if (Median(other => other == setting, ours, $"{key}PairsPerSecond") is not { } rate)
            {
                continue;
            }

            double Found(string name) => Median(other => other == setting, ours, name) ?? double.NaN;
            double one = Median(other => other == setting with { Threads = 1 }, ours, $"{key}PairsPerSecond") ?? double.NaN;
            double floor = Found($"{key}PairsPerSecond") / Found($"{key}ShareOfFloor") * gigaflops / Found("floorGigaflops");
            table.Add(
                setting.Encoder.Name, setting.Lengths, work, setting.Threads.ToString(), Show.Number(rate), Show.Ratio(rate / one),
                Show.Share(rate / floor), Show.Number(1000 * Found($"{key}ProcessorSecondsPerPair")),
                Show.Number(Found($"{key}AllocatedBytesPerStep")), Show.Megabytes(Found("peakResidentBytes")));
        }

        return table;
    }

    private MarkdownTable PeerTable(string peer)
    {
        var table = new MarkdownTable("encoder", "lengths", "work", "threads", "ours, pairs/s", $"{peer}, pairs/s", "ratio", "to its best threads");
        foreach ((RunSetting setting, string key, string work) in Rows())
        {
            string rate = $"{key}PairsPerSecond";
            double? best = _runs
                .Where(run => run.Setting with { Threads = setting.Threads } == setting && run.Setting.Threads <= setting.Threads)
                .Select(run => Median(other => other == run.Setting, peer, rate)).Max();
            if (Median(other => other == setting, Contender.Ours.Name, rate) is { } own && Median(other => other == setting, peer, rate) is { } its)
            {
                table.Add(
                    setting.Encoder.Name, setting.Lengths, work, setting.Threads.ToString(), Show.Number(own), Show.Number(its),
                    Show.Ratio(own / its), best is { } most ? Show.Ratio(own / most) : "");
            }
        }

        return table;
    }

    private IEnumerable<(RunSetting Setting, string Key, string Work)> Rows() =>
        from setting in _runs.Select(run => run.Setting).Distinct()
        from work in Works
        orderby setting.Encoder.Name, setting.Tokens ?? 0, Array.IndexOf(Works, work), setting.Threads
        select (setting, work.Key, work.Name);

    private string EngineOf(string contender) => (string)_runs.First(run => run.Contender == contender).Found["engine"]!;

    /// <summary>The median of a number over a contender's runs on some settings; <see langword="null"/> where none has it.</summary>
    private double? Median(Func<RunSetting, bool> isMeant, string contender, string key)
    {
        double[] values =
        [
            .. _runs.Where(run => run.Contender == contender && isMeant(run.Setting)).Select(run => (double?)run.Found[key]).OfType<double>(),
        ];
        return values.Length == 0 ? null : values.Median();
    }
}
