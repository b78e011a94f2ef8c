using System.Text.Json;
using System.Text.Json.Nodes;
using Ablation.Cells;

namespace Ablation.Reports;

/// <summary>The report as JSON: facts, tables, and the settings and figures of every cell. Curves are in the cells' own files.</summary>
internal static class JsonReport
{
    public static string Of(Report report)
    {
        var json = new JsonObject
        {
            ["facts"] = new JsonObject(report.Facts.Select(fact => KeyValuePair.Create(fact.Name, (JsonNode?)fact.Value))),
            ["data"] = new JsonObject
            {
                ["title"] = report.Title,
                ["digest"] = report.Pairs.Digest,
                ["train"] = report.Pairs.Train.Count,
                ["validation"] = report.Pairs.Validation.Count,
                ["test"] = report.Pairs.Test.Count,
                ["testPairsWithKnownQuestion"] = report.Pairs.KnownTestPairs,
            },
            ["finishedCells"] = report.Cells.Count,
            ["plannedCells"] = report.CellCount,
            ["methods"] = new JsonArray([.. report.Main.Select(Row)]),
            ["ranks"] = new JsonArray([.. report.Sweep.Select(Row)]),
            ["againstOurs"] = report.Ours is { } ours ? new JsonArray([.. report.Main.Where(row => row != ours).Select(row => Difference(row, ours))]) : null,
            ["cells"] = new JsonArray([.. report.Cells.Select(Cell)]),
            ["warnings"] = new JsonArray([.. report.Warnings.Select(warning => (JsonNode)warning)]),
        };
        return json.ToJsonString(CellJson.Indented) + "\n";
    }

    private static JsonObject Row(ReportRow row) => new JsonObject
    {
        ["method"] = row.Method.Name,
        ["title"] = row.Method.Title,
        ["rank"] = row.Rank,
        ["seeds"] = row.Seeds,
        ["measured"] = row.Measured.Count,
        ["diverged"] = row.Diverged,
        ["figures"] = new JsonObject(FigureColumn.All.Select(column => KeyValuePair.Create(column.Name, (JsonNode?)Number(row.Of(column))))),
    };

    private static JsonObject Difference(ReportRow row, ReportRow ours) => new JsonObject
    {
        ["method"] = row.Method.Name,
        ["figures"] = new JsonObject(FigureColumn.Compared.Select(column => KeyValuePair.Create(column.Name, (JsonNode?)Number(row.Difference(ours, column))))),
    };

    private static JsonObject Cell(CellResult cell) => new JsonObject
    {
        ["key"] = cell.Settings.Key(),
        ["settings"] = JsonSerializer.SerializeToNode(cell.Settings, CellJson.Compact),
        ["facts"] = JsonSerializer.SerializeToNode(cell.Facts, CellJson.Compact),
        ["divergence"] = cell.Divergence,
        ["figures"] = JsonSerializer.SerializeToNode(cell.Figures, CellJson.Compact),
        ["matching"] = JsonSerializer.SerializeToNode(cell.Matching, CellJson.Compact),
    };

    private static JsonObject? Number(Spread? spread) =>
        spread is null ? null : new JsonObject { ["mean"] = spread.Mean, ["deviation"] = spread.Deviation, ["count"] = spread.Count };
}
