using System.Text.Json;
using Ablation.Methods;

namespace Ablation.Cells;

/// <summary>The cells of an ablation, of which some may be finished.</summary>
internal sealed class CellPlan
{
    private readonly Settings _settings;
    private readonly string _encoder;
    private readonly string _data;

    /// <param name="settings">What the command line asked for.</param>
    /// <param name="encoder">The encoder's identity.</param>
    /// <param name="data">A digest of the pairs.</param>
    public CellPlan(Settings settings, string encoder, string data)
    {
        (_settings, _encoder, _data) = (settings, encoder, data);
        (Method, int)[] rows = [.. settings.Methods.Select(method => (method, settings.Rank)), .. Sweep];

        // All rows of a seed before the next seed, so that an ablation that was ended early still compares.
        Cells = [.. settings.Seeds.SelectMany(seed => rows.Select(row => CellOf(row.Item1, row.Item2, seed))).DistinctBy(cell => cell.Path)];
    }

    /// <summary>All of them, in the order in which they are run.</summary>
    public IReadOnlyList<Cell> Cells { get; }

    /// <summary>The rows of the rank sweep.</summary>
    public IEnumerable<(Method Method, int Rank)> Sweep =>
        from method in _settings.Methods where method.IsSwept from rank in _settings.Ranks select (method, rank);

    /// <summary>The folder of the results.</summary>
    public string Folder => Path.Combine(_settings.Output, "cells");

    /// <summary>The cells of a row, one for each seed.</summary>
    public IReadOnlyList<Cell> Row(Method method, int rank) => [.. _settings.Seeds.Select(seed => CellOf(method, rank, seed))];

    /// <summary>The result of a cell; <see langword="null"/> where it is not finished.</summary>
    /// <exception cref="InvalidDataException">There is a file, but nothing that this program wrote.</exception>
    public static CellResult? ResultOf(Cell cell)
    {
        if (!File.Exists(cell.Path))
        {
            return null;
        }

        try
        {
            return CellResult.Read(cell.Path);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{cell.Path} is no result of a cell: {exception.Message} Delete it, and the cell is run again.", exception);
        }
    }

    /// <summary>What to tell the process that trains a cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="command">The command that is being run.</param>
    public CellRequest RequestOf(Cell cell, string command) => new()
    {
        Settings = cell.Settings,
        Source = _settings.Source,
        Encoder = _settings.Encoder,
        Rates = _settings.Rates[MethodList.Of(cell.Settings.Method).RatesOf],
        ResultPath = cell.Path,
        Command = command,
        Jobs = _settings.Jobs,
    };

    private Cell CellOf(Method method, int rank, int seed)
    {
        CellSettings settings = CellSettings.Of(_settings, method, rank, seed, _encoder, _data);
        return new Cell(settings, Path.Combine(Folder, $"{settings.Key()}.json"));
    }
}
