using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Benchmarks.Measuring;
using Microsoft.ML.Lora.Benchmarks.Peers;
using Microsoft.ML.Lora.Benchmarks.Reports;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>Our matrix product beside numpy's and torch's on one core, shape by shape in turn.</summary>
internal static class ProductsCommand
{
    private const string Ours = "ours";

    private static readonly int[] RowCounts = [96, 192, 256, 2048];

    private static readonly (int Depth, int Columns)[] Weights =
    [
        (256, 768), (256, 256), (256, 1024), (1024, 256), (384, 1152), (384, 384), (384, 1536), (1536, 384),
    ];

    public static CliCommand Create()
    {
        Option<string?> python = MeasuringOptions.Python();
        Option<int> rounds = MeasuringOptions.Rounds();
        Option<string> results = MeasuringOptions.Results();
        var command = new CliCommand("products", "The fp32 product at the encoders' shapes, beside numpy's and torch's.") { python, rounds, results };
        command.SetAction(result =>
        {
            Python? found = Python.Find(result.GetValue(python), "numpy");
            using ProductPeer? peer = found is null ? null : ProductPeer.Start(found);
            var rates = new Dictionary<ProductShape, Dictionary<string, List<double>>>();
            foreach (ProductShape shape in from weight in Weights from rows in RowCounts select new ProductShape(rows, weight.Depth, weight.Columns))
            {
                rates[shape] = Measure(shape, peer, result.GetRequiredValue(rounds));
            }

            MeasuringOptions.Folder(result, results).Write("products", "Matrix products on one core", Table(rates), Data(rates));
        });
        return command;
    }

    private static Dictionary<string, List<double>> Measure(ProductShape shape, ProductPeer? peer, int rounds)
    {
        var rates = new Dictionary<string, List<double>>();
        for (int round = 0; round < rounds; round++)
        {
            foreach ((string library, double gigaflops) in (peer?.Rates(shape) ?? []).Prepend((Ours, ProductRate.Of(shape))))
            {
                rates.TryAdd(library, []);
                rates[library].Add(gigaflops);
            }
        }

        return rates;
    }

    private static string Table(Dictionary<ProductShape, Dictionary<string, List<double>>> rates)
    {
        string[] libraries = [.. rates.Values.First().Keys.Where(library => library != Ours)];
        var table = new MarkdownTable(["rows", "depth", "columns", "ours, GFLOP/s", .. libraries, "to the fastest"]);
        var ratios = new List<double>();
        foreach ((ProductShape shape, Dictionary<string, List<double>> found) in rates)
        {
            double own = found[Ours].Median();
            double[] others = [.. libraries.Select(library => found[library].Median())];
            ratios.AddRange(others.Length == 0 ? [] : [own / others.Max()]);
            table.Add([
                shape.Rows.ToString(), shape.Depth.ToString(), shape.Columns.ToString(), Show.Number(own),
                .. others.Select(Show.Number), others.Length == 0 ? "" : Show.Ratio(own / others.Max()),
            ]);
        }

        return "fp32; each rate is the fastest product of a tenth of a second, the median of the rounds. Our weights are packed before.\n\n"
            + $"{table}\n{(ratios.Count == 0 ? "" : $"Median ratio {Show.Ratio(ratios.Median())}, worst {Show.Ratio(ratios.Min())}.")}";
    }

    private static JsonArray Data(Dictionary<ProductShape, Dictionary<string, List<double>>> rates) =>
    [
        .. rates.Select(entry => new JsonObject
        {
            ["rows"] = entry.Key.Rows,
            ["depth"] = entry.Key.Depth,
            ["columns"] = entry.Key.Columns,
            ["gigaflops"] = JsonSerializer.SerializeToNode(entry.Value),
        }),
    ];
}
