using Ablation;

namespace Microsoft.ML.Lora.Tests.Samples;

/// <summary>Settings of the Ablation sample, read as its command line reads them.</summary>
internal static class AblationSettings
{
    /// <summary>The settings of a command line without faults.</summary>
    public static Settings Of(params string[] arguments)
    {
        Settings? settings = null;
        SettingsCommand.Create(read => { settings = read; return 0; }, () => 0).Parse(arguments).Invoke();
        return settings ?? throw new InvalidOperationException($"'{string.Join(' ', arguments)}' was refused.");
    }

    /// <summary>What is said of a command line with a fault.</summary>
    public static string FaultOf(params string[] arguments) => SettingsCommand.Create(_ => 0, () => 0).Parse(arguments).Errors[0].Message;
}
