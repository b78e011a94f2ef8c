using System.ComponentModel;

namespace Microsoft.ML.Lora.PublicApi.Tests;

[EditorBrowsable(EditorBrowsableState.Advanced)]
public sealed record SurfaceRecord
{
    public const int Most = 3;

    public int Rank { get; init; } = 8;

    public string? Name { get; init; }

    public IReadOnlyList<string?> Names { get; init; } = ["a", null];

    public float? Rate { get; set; } = 0.5f;

    public CancellationToken Token { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public required string Needed { get; init; }

    public DayOfWeek Day { get; } = DayOfWeek.Friday;

    internal int Hidden { get; init; }

    public static bool TryParse(string text, out int value, int[]? most = null, double share = 0.5) =>
        int.TryParse(text, out value) && most is null && share > 0;
}

[Flags]
public enum SurfaceChoice : byte
{
    None = 0,
    Query = 1,
    Key = 2,
}

public abstract class SurfaceBase<T> : IDisposable
    where T : class, new()
{
    protected SurfaceBase(T value) => ArgumentNullException.ThrowIfNull(value);

    protected abstract T Value { get; }

    public event EventHandler<int>? Changed;

    public string this[int index] => $"{Value}{index}";

    public virtual void Dispose()
    {
        Changed?.Invoke(this, 0);
        GC.SuppressFinalize(this);
    }

    private protected static void Hidden()
    {
    }
}

public static class SurfaceExtensions
{
    public static Task<string?> Read<T>(this IEnumerable<T> items, ref T last, in int first, CancellationToken token = default)
        where T : struct
    {
        last = items.ElementAt(first);
        return Task.FromResult(token.IsCancellationRequested ? null : last.ToString());
    }
}
