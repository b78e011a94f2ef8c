using System.Reflection;

namespace LoraMl.Build;

/// <summary>What the build knew, for tests and samples. The build hands it over in assembly metadata (see Directory.Build.props).</summary>
internal static class BuildFacts
{
    /// <summary>What this build stands on: <c>packages</c>, <c>folder</c> or <c>offline</c>.</summary>
    public static string UpstreamSource => Read(nameof(UpstreamSource));

    /// <summary>The root of the repository this was built from.</summary>
    public static string RepositoryDirectory => Read(nameof(RepositoryDirectory));

    /// <summary>Where encoders and data sets too large for the repository lie. It need not exist.</summary>
    public static string SharedDirectory => Read(nameof(SharedDirectory));

    private static string Read(string key) =>
        typeof(BuildFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == key).Value
        ?? throw new InvalidOperationException($"The build gave no value for {key}.");
}
