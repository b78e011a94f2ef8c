using System.Globalization;

namespace Ablation.Reports.Charts;

/// <summary>An axis: a range of values, linear or logarithmic, and the ticks in it.</summary>
internal sealed class Axis
{
    /// <summary>The most ticks that fit a small chart.</summary>
    private const int MostTicks = 6;

    private static readonly double[] Steps = [1, 2, 5, 10];

    private readonly bool _isLogarithmic;
    private readonly double _low;
    private readonly double _high;

    private Axis(string title, bool isLogarithmic, double low, double high, IReadOnlyList<double> ticks) =>
        (Title, _isLogarithmic, _low, _high, Ticks) = (title, isLogarithmic, low, high, ticks);

    public string Title { get; }

    /// <summary>Where lines and labels are, from low to high.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>A linear axis over values, with a little room at both ends.</summary>
    /// <param name="title">What it shows, with its unit.</param>
    /// <param name="values">What must fit; values that are not finite are left out.</param>
    /// <param name="room">Room at each end as a share of the range.</param>
    public static Axis Linear(string title, IEnumerable<double> values, double room = 0.05)
    {
        (double low, double high) = Range(values.Where(double.IsFinite), least: 1e-9);
        (low, high) = (low - (room * (high - low)), high + (room * (high - low)));
        return new Axis(title, isLogarithmic: false, low, high, [.. LinearTicks(low, high)]);
    }

    /// <summary>A logarithmic axis over values above 0, with a little room at both ends.</summary>
    /// <param name="title">What it shows, with its unit.</param>
    /// <param name="values">What must fit; values that are not finite and above 0 are left out.</param>
    /// <param name="isBinary">Whether ticks are at powers of 2 rather than of 10.</param>
    public static Axis Logarithmic(string title, IEnumerable<double> values, bool isBinary)
    {
        double unit = Math.Log(isBinary ? 2 : 10);
        (double low, double high) = Range(values.Where(value => double.IsFinite(value) && value > 0).Select(value => Math.Log(value) / unit), least: 0.2);
        double room = 0.06 * (high - low);
        (low, high) = (low - room, high + room);
        IEnumerable<double> ticks = LogarithmicTicks(low, high, isBinary);
        return new Axis(title, isLogarithmic: true, low * unit, high * unit, [.. ticks]);
    }

    /// <summary>Where a value is on the axis: 0 at its low end, 1 at its high end, beyond them outside.</summary>
    public double Place(double value) => ((_isLogarithmic ? Math.Log(value) : value) - _low) / (_high - _low);

    /// <summary>Whether a value has a place on it.</summary>
    public bool Holds(double value) => double.IsFinite(value) && (!_isLogarithmic || value > 0);

    /// <summary>A tick's label.</summary>
    public string Label(double tick)
    {
        double size = Math.Abs(tick);
        if (size is not 0 and (< 1e-3 or >= 1e5) || (_isLogarithmic && size < 0.05))
        {
            return tick.ToString("0.#e0", CultureInfo.InvariantCulture).Replace("-", "−", StringComparison.Ordinal);
        }

        return Math.Round(tick, 6).ToString(size >= 1000 ? "#,0" : "0.#####", CultureInfo.InvariantCulture).Replace("-", "−", StringComparison.Ordinal);
    }

    private static (double Low, double High) Range(IEnumerable<double> values, double least)
    {
        (double low, double high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (double value in values)
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        if (low > high)
        {
            return (0, 1);
        }

        // Values that are all but equal stand in the middle of a range whose ticks can be told apart.
        double room = high - low > 1e-5 * Math.Abs(low) ? 0 : Math.Max(least, 0.1 * Math.Abs(low)) / 2;
        return (low - room, high + room);
    }

    private static IEnumerable<double> LinearTicks(double low, double high)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10((high - low) / MostTicks)));
        double step = power * Steps.First(factor => (high - low) / (power * factor) <= MostTicks);
        for (double index = Math.Ceiling(low / step); index * step <= high; index++)
        {
            // Not −0, which would be shown so.
            yield return (index * step) + 0.0;
        }
    }

    /// <summary>Powers; every second, third … of them where there are many, and 2 and 5 times them where there are few.</summary>
    private static IEnumerable<double> LogarithmicTicks(double low, double high, bool isBinary)
    {
        int every = (int)Math.Ceiling((high - low) / (MostTicks + 1));
        double[] factors = !isBinary && high - low < 2 ? [1, 2, 5] : [1];
        for (int power = (int)Math.Floor(low); power <= high; power++)
        {
            foreach (double factor in factors)
            {
                double place = power + Math.Log10(factor);
                if (power % every == 0 && place >= low && place <= high)
                {
                    yield return Math.Pow(isBinary ? 2 : 10, power) * factor;
                }
            }
        }
    }
}
