namespace Microsoft.ML.Lora.Benchmarks.RateGrid;

/// <summary>A folder of results, one file for each finished cell, all of one length of training.</summary>
internal sealed class RateFolder
{
    private readonly string _path;
    private readonly Dictionary<(string Encoder, int Rank), double> _meanSeconds;

    /// <param name="root">Folder of all grids.</param>
    /// <param name="epochs">Results of another number of epochs lie apart.</param>
    /// <param name="mostPairs">And of other pairs.</param>
    public RateFolder(string root, int epochs, int mostPairs)
    {
        _path = Path.Combine(root, mostPairs == int.MaxValue ? $"all-{epochs}" : $"{mostPairs}-{epochs}");
        Results = Directory.Exists(_path) ? [.. Directory.EnumerateFiles(_path, "*.json").Order(StringComparer.Ordinal).Select(RateResult.Read)] : [];
        _meanSeconds = Results.Where(result => !result.Diverged)
            .GroupBy(result => (result.Cell.Encoder, result.Cell.Rank))
            .ToDictionary(group => group.Key, group => group.Average(result => result.Seconds));
    }

    /// <summary>The results that were there at the start.</summary>
    public IReadOnlyList<RateResult> Results { get; }

    /// <summary>Whether a cell is finished.</summary>
    public bool Has(RateCell cell) => File.Exists(PathOf(cell));

    /// <summary>Seconds that finished cells of an encoder and a rank took; <see langword="null"/> where there are none.</summary>
    public double? MeanSeconds(string encoder, int rank) => _meanSeconds.TryGetValue((encoder, rank), out double seconds) ? seconds : null;

    /// <summary>Keeps a result.</summary>
    public void Write(RateResult result) => result.Write(PathOf(result.Cell));

    private string PathOf(RateCell cell) => Path.Combine(_path, $"{cell.Name}.json");
}
