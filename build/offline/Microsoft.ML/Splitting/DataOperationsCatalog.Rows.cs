using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataOperationsCatalog
{
    private const int DefaultPoolSize = 1000;

    /// <summary>A view that reads each column of the input once and keeps it in memory.</summary>
    /// <param name="input">The view to keep.</param>
    /// <param name="columnsToPrefetch">Columns to read in the first pass, whatever it is asked for.</param>
    public IDataView Cache(IDataView input, params string[] columnsToPrefetch)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new CachedDataView(input, columnsToPrefetch);
    }

    /// <summary>The rows whose number in a column of Single or Double is at least the lower bound and below the upper one.</summary>
    public IDataView FilterRowsByColumn(
        IDataView input, string columnName, double lowerBound = double.NegativeInfinity, double upperBound = double.PositiveInfinity)
    {
        ArgumentNullException.ThrowIfNull(input);
        Checks.NonEmpty(columnName);
        if (!(lowerBound < upperBound))
            throw new ArgumentOutOfRangeException(
                nameof(upperBound), $"The upper bound, {upperBound}, must be above the lower one, {lowerBound}.");
        var column = input.Schema[columnName];
        if (column.Type is not NumberDataViewType)
            throw Checks.WrongType("filter", columnName, "number", $"{column.Type}", nameof(columnName));
        if (!column.Type.Equals(NumberDataViewType.Single) && !column.Type.Equals(NumberDataViewType.Double))
            throw new ArgumentOutOfRangeException(nameof(columnName), $"Column '{columnName}' does not have compatible type");
        return new FilteredView(input, new RangeTest(column, lowerBound, upperBound));
    }

    /// <summary>The rows in random order.</summary>
    /// <param name="input">The rows.</param>
    /// <param name="seed">Chooses the order, which is then the same for every cursor; chosen by the context if null.</param>
    /// <param name="shufflePoolSize">How many rows wait to be chosen from, 1 or more.</param>
    /// <param name="shuffleSource">Whether the input is to shuffle itself too, if it can.</param>
    public IDataView ShuffleRows(IDataView input, int? seed = null, int shufflePoolSize = DefaultPoolSize, bool shuffleSource = true)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (shufflePoolSize < 1)
            throw new ArgumentOutOfRangeException(nameof(shufflePoolSize), "Must be positive");
        return new ShuffledView(input, seed ?? Environment.Register("Shuffle").Rand.Next(), shufflePoolSize, shuffleSource);
    }

    /// <summary>The rows after the first ones.</summary>
    public IDataView SkipRows(IDataView input, long count)
    {
        ArgumentNullException.ThrowIfNull(input);
        CheckCount(count);
        return new RowWindowView(input, count, long.MaxValue);
    }

    /// <summary>The first rows.</summary>
    public IDataView TakeRows(IDataView input, long count)
    {
        ArgumentNullException.ThrowIfNull(input);
        CheckCount(count);
        return new RowWindowView(input, 0, count);
    }

    private static void CheckCount(long count)
    {
        if (count <= 0)
            throw new ArgumentOutOfRangeException(nameof(count), "Must be greater than zero.");
    }
}
