namespace Ablation;

/// <summary>The command line as a reader can repeat it.</summary>
internal static class CommandText
{
    /// <summary>The command of arguments, as it trains; those with spaces are quoted.</summary>
    public static string Of(IEnumerable<string> arguments)
    {
        IEnumerable<string> words = arguments
            .Where(argument => argument != SettingsCommand.ReportOnlyName)
            .Select(argument => argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument);
        return string.Join(' ', ["dotnet run -c Release --project src/Samples/Ablation --", .. words]);
    }
}
