namespace Microsoft.ML.Lora.Primitives;

/// <summary>Reports all that is wrong with a value at once.</summary>
internal static class Faults
{
    /// <summary>Throws one exception that lists every problem, or returns if there is none.</summary>
    /// <exception cref="ArgumentException">There is at least one problem.</exception>
    public static void ThrowIfAny(string subject, IEnumerable<string> problems, string? parameterName = null)
    {
        string[] found = [.. problems];
        if (found.Length > 0)
        {
            throw new ArgumentException(Describe(subject, found), parameterName);
        }
    }

    /// <summary>One message for all that was found: the fault itself where it is the only one, else a list.</summary>
    public static string Describe(string subject, IReadOnlyCollection<string> found) => found.Count == 1
        ? $"{subject}: {found.First()}"
        : $"{subject} has {found.Count} faults:{string.Concat(found.Select(fault => $"{Environment.NewLine}- {fault}"))}";
}
