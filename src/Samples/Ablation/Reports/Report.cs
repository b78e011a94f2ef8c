using Ablation.Cells;
using Ablation.Methods;
using Ablation.Pairs;

namespace Ablation.Reports;

/// <summary>All that the written reports show.</summary>
internal sealed class Report
{
    private Report(Settings settings, string command, PairSet pairs, IReadOnlyList<ReportRow> main, IReadOnlyList<ReportRow> sweep, int cells)
    {
        (Settings, Command, Pairs, Main, Sweep, CellCount) = (settings, command, pairs, main, sweep, cells);
        Cells = [.. main.Concat(sweep).SelectMany(row => row.Cells).DistinctBy(cell => cell.Settings.Key())];
    }

    public Settings Settings { get; }

    /// <summary>The command that leads to it.</summary>
    public string Command { get; }

    public PairSet Pairs { get; }

    /// <summary>A row for each method.</summary>
    public IReadOnlyList<ReportRow> Main { get; }

    /// <summary>A row for each swept method and rank.</summary>
    public IReadOnlyList<ReportRow> Sweep { get; }

    /// <summary>The finished cells.</summary>
    public IReadOnlyList<CellResult> Cells { get; }

    /// <summary>How many there are to be.</summary>
    public int CellCount { get; }

    /// <summary>What the pairs are called.</summary>
    public string Title => Settings.Source.Subjects is null
        ? $"{Path.GetFileName(Path.GetDirectoryName(Settings.Source.Train))}/{Path.GetFileName(Settings.Source.Train)}"
        : "the support questions";

    /// <summary>The row that the others are held against; <see langword="null"/> where it was not asked for.</summary>
    public ReportRow? Ours => Main.FirstOrDefault(row => row.Method.Name == MethodList.Ours);

    /// <summary>What was measured on, in the order it is shown in: every value that occurs among the cells.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts =>
    [
        ("command", Command),
        ("build", Distinct(cell => cell.Facts.Build)),
        ("commit", Distinct(cell => cell.Facts.Commit)),
        ("SDK", Distinct(cell => $"{cell.Facts.Sdk}, {cell.Facts.Runtime}")),
        ("machine", Distinct(cell => $"{cell.Facts.Machine}, {cell.Facts.System}")),
        ("side by side", Distinct(cell => $"{cell.Jobs} {(cell.Jobs == 1 ? "cell" : "cells")}, {cell.Settings.Threads} {(cell.Settings.Threads == 1 ? "thread" : "threads")} each")),
        ("date", Distinct(cell => $"{cell.Facts.Date:yyyy-MM-dd}")),
    ];

    /// <summary>The facts that every picture carries, the command apart.</summary>
    public string Source =>
        $"On {Distinct(cell => cell.Facts.Build)} · SDK {Distinct(cell => cell.Facts.Sdk)} · {Distinct(cell => cell.Facts.Machine)} · {Distinct(cell => $"{cell.Facts.Date:yyyy-MM-dd}")}";

    /// <summary>What the library and the pairs warned of, each once.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            IEnumerable<string> said = Cells.SelectMany(cell => cell.Warnings.Select(warning => $"{cell.Settings.Method}: {warning}"));
            IEnumerable<string> diverged = Cells.Where(cell => cell.Divergence is not null).Select(cell => $"{cell.Settings.Key()}: {cell.Divergence}");
            string[] known = Pairs.KnownTestPairs > 0
                ? [$"{Pairs.KnownTestPairs} of {Pairs.Test.Count} test pairs have a question that training pairs have too: figures on them flatter."]
                : [];
            string[] seen = Pairs.KnownValidationPairs > 0
                ? [$"{Pairs.KnownValidationPairs} of {Pairs.Validation.Count} validation pairs have a question that training pairs have too."]
                : [];
            return [.. known, .. seen, .. diverged, .. said.Distinct()];
        }
    }

    /// <summary>Reads the finished cells of a plan.</summary>
    /// <param name="settings">What the command line asked for.</param>
    /// <param name="plan">The cells.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="command">The command line.</param>
    public static Report Of(Settings settings, CellPlan plan, PairSet pairs, string command)
    {
        ReportRow Row(Method method, int rank)
        {
            IReadOnlyList<Cell> cells = plan.Row(method, rank);
            return new ReportRow(method, method.HasRank ? rank : null, cells.Count, [.. cells.Select(CellPlan.ResultOf).OfType<CellResult>()]);
        }

        return new Report(
            settings, command, pairs,
            [.. settings.Methods.Select(method => Row(method, settings.Rank))],
            [.. plan.Sweep.Select(row => Row(row.Method, row.Rank))],
            plan.Cells.Count);
    }

    /// <summary>The rule of a method's learning rates, in words.</summary>
    public string RatesOf(Method method) => Settings.RulesOf(method).Description;

    private string Distinct(Func<CellResult, string> fact) =>
        Cells.Count == 0 ? "nothing measured yet" : string.Join("; ", Cells.Select(fact).Distinct().Order(StringComparer.Ordinal));
}
