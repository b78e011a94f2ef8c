namespace Microsoft.ML.Lora.PublicApi.Tests;

/// <summary>The baseline is only as good as what it writes down: types with something of everything, written out by hand.</summary>
[TestClass]
public sealed class PublicSurfaceTests
{
    [TestMethod]
    public void Of_Record_TellsDefaultsNullabilityAndModifiers() => AssertSurface(
        typeof(SurfaceRecord),
        """
        [EditorBrowsable(EditorBrowsableState.Advanced)] sealed record Microsoft.ML.Lora.PublicApi.Tests.SurfaceRecord
            const int Most = 3
            SurfaceRecord()
            int Rank { get; init; } = 8
            string? Name { get; init; } = null
            IReadOnlyList<string?> Names { get; init; } = ["a", null]
            float? Rate { get; set; } = 0.5
            CancellationToken Token { get; init; } = default
            TimeProvider Clock { get; init; }
            required string Needed { get; init; }
            DayOfWeek Day { get; }
            static bool TryParse(string text, out int value, int[]? most = null, double share = 0.5)
        """);

    [TestMethod]
    public void Of_Enum_TellsValues() => AssertSurface(
        typeof(SurfaceChoice),
        """
        [Flags] enum Microsoft.ML.Lora.PublicApi.Tests.SurfaceChoice : byte
            None = 0
            Query = 1
            Key = 2
        """);

    [TestMethod]
    public void Of_GenericBaseClass_TellsConstraintsAndProtectedMembers() => AssertSurface(
        typeof(SurfaceBase<>),
        """
        abstract class Microsoft.ML.Lora.PublicApi.Tests.SurfaceBase<T> : IDisposable where T : class, new()
            protected SurfaceBase(T value)
            protected abstract T Value { get; }
            string this[int index] { get; }
            event EventHandler<int>? Changed
            virtual void Dispose()
        """);

    [TestMethod]
    public void Of_StaticClass_TellsExtensions() => AssertSurface(
        typeof(SurfaceExtensions),
        """
        static class Microsoft.ML.Lora.PublicApi.Tests.SurfaceExtensions
            static Task<string?> Read<T>(this IEnumerable<T> items, ref T last, in int first, CancellationToken token = default) where T : struct
        """);

    private static void AssertSurface(Type type, string expected) =>
        Assert.AreEqual(expected, string.Join('\n', PublicSurface.Of(type)));
}
