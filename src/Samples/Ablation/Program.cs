using System.Globalization;
using System.Runtime.InteropServices;
using Ablation;
using Ablation.Cells;
using Ablation.Pairs;
using Ablation.Reports;
using Microsoft.ML;
using Microsoft.ML.Lora;
using SampleConsole;

// Numbers are read and shown in the same way on every machine.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
const int Failed = 1;
const int Interrupted = 130;
using var interruption = new CancellationTokenSource();
return SettingsCommand.Create(settings => Guarded(() => Run(settings)), () => Guarded(Serve)).Parse(args).Invoke();

int Run(Settings settings)
{
    BuildLine.Print("Ablation", settings.Threads);

    // What would fail in every cell fails now.
    PairSet pairs = PairSet.Load(new MLContext(), settings.Source);
    var plan = new CellPlan(settings, EncoderDigest.Of(settings.Encoder), pairs.Digest);
    foreach (Cell cell in plan.Cells)
    {
        CellRequest request = plan.RequestOf(cell, command: "");
        _ = new LoraSentencePairTrainer(new MLContext(), CellTraining.Options(cell.Settings, settings.Encoder, request.Rates));
    }

    OutputFolder.RequireWritable(settings.Output);
    Console.WriteLine($"{pairs.Train.Count} pairs to train on, {pairs.Validation.Count} for validation, {pairs.Test.Count} to test on; results in {settings.Output}");
    Cell[] open = [.. plan.Cells.Where(cell => CellPlan.ResultOf(cell) is null)];
    Console.WriteLine($"{plan.Cells.Count} cells, {plan.Cells.Count - open.Length} of them finished before, {open.Length} to train{(settings.ReportOnly ? ", but not now" : $", {settings.Jobs} side by side")}");
    string command = CommandText.Of(args);
    using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
    using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
    IReadOnlyList<string> failures = CellDisplay.ShowAsync(plan.Cells.Count - open.Length, plan.Cells.Count, display =>
        CellRunner.RunAsync(plan, settings.ReportOnly ? [] : open, settings.Jobs, command, display, interruption.Token)).GetAwaiter().GetResult();
    foreach (string failure in failures)
    {
        Console.Error.WriteLine(failure);
    }

    Report report = Report.Of(settings, plan, pairs, command);
    OutputFolder.Write(settings.Output, report);
    Console.WriteLine(MarkdownReport.Table(TableText.Summary(report)));
    Console.WriteLine($"Report: {Path.Combine(settings.Output, OutputFolder.HtmlName)} (and .md, .csv, .json)");
    if (interruption.IsCancellationRequested)
    {
        Console.Error.WriteLine($"Interrupted: {report.Cells.Count} of {plan.Cells.Count} cells are finished. The same command goes on with the others.");
        return Interrupted;
    }

    return failures.Count > 0 ? Failed : 0;
}

void Interrupt(PosixSignalContext context)
{
    context.Cancel = true;
    interruption.Cancel();
}

static int Serve()
{
    // The parent hears of an interruption too, and decides.
    using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
    return CellProcess.Serve();
}

static int Guarded(Func<int> run)
{
    try
    {
        return run();
    }
    catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException or InvalidDataException
        or NotSupportedException or InvalidOperationException)
    {
        Console.Error.WriteLine(exception.Message);
        return Failed;
    }
}
