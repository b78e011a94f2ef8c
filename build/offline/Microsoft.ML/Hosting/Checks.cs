using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Microsoft.ML;

/// <summary>Checks that throw the exception types ML.NET throws.</summary>
internal static class Checks
{
    /// <summary>ML.NET throws <see cref="ArgumentOutOfRangeException"/> for null and empty alike.</summary>
    internal static void NonEmpty([NotNull] string? value, [CallerArgumentExpression(nameof(value))] string? parameter = null)
    {
        if (string.IsNullOrEmpty(value))
            throw new ArgumentOutOfRangeException(parameter, $"{parameter} cannot be null or empty");
    }

    /// <inheritdoc cref="NonEmpty(string?, string?)"/>
    internal static void NonEmpty<T>(
        [NotNull] IReadOnlyCollection<T>? values, [CallerArgumentExpression(nameof(values))] string? parameter = null)
    {
        if (values is null || values.Count == 0)
            throw new ArgumentOutOfRangeException(parameter, $"{parameter} cannot be null or empty");
    }

    /// <summary>The failure of an input without a column that is needed.</summary>
    internal static ArgumentOutOfRangeException MissingColumn(string role, string column, string parameter = "inputSchema") =>
        new(parameter, $"Could not find {role} column '{column}'");

    /// <summary>The failure of an input with a column of another type.</summary>
    internal static ArgumentOutOfRangeException WrongType(
        string role, string column, string expected, string actual, string parameter = "inputSchema") =>
        new(parameter, $"Schema mismatch for {role} column '{column}': expected {expected}, got {actual}");

    /// <summary>The column that is needed and not hidden.</summary>
    internal static DataViewSchema.Column Column(DataViewSchema schema, string name, string role = "input", string parameter = "inputSchema") =>
        schema.GetColumnOrNull(name) ?? throw MissingColumn(role, name, parameter);

    /// <summary>The failure of a call to a member of ML.NET that the stand-in lacks.</summary>
    internal static NotSupportedException NotInStandIn(string member) =>
        new($"{member} is not supported by the offline stand-in for Microsoft.ML; build with the real packages to use it.");
}
