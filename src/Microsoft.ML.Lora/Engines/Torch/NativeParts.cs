using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>The libraries that TorchSharp's packages lay beside a program. Asked for without TorchSharp, which would write to the console what it does not find.</summary>
internal static class NativeParts
{
    private static readonly Assembly Managed = typeof(torch).Assembly;

    /// <summary>Why a library cannot be used, or <see langword="null"/> if it can.</summary>
    /// <param name="library">Its name without prefix and ending.</param>
    /// <param name="package">The package that has it.</param>
    public static string? Fault(string library, string package)
    {
        try
        {
            NativeLibrary.Load(library, Managed, null);
            return null;
        }
        catch (DllNotFoundException error) when (Reason(error.Message, library) is { } reason)
        {
            return $"TorchSharp's native parts are here, but do not load: {reason}. They were built for a newer system, or something they need is not installed.";
        }
        catch (DllNotFoundException)
        {
            return $"TorchSharp's native parts are not here ({Managed.GetName().Name} {Managed.GetName().Version}). Add the package {package}, in the version of TorchSharp, to the application's project.";
        }
        catch (BadImageFormatException error)
        {
            return $"TorchSharp's native parts are here, but not for this processor: {DeviceFault.FirstLine(error)}";
        }
    }

    /// <summary>What the loader says besides where it has looked in vain, or <see langword="null"/> if that is all it says.</summary>
    /// <param name="message">The loader's message: a line for each place.</param>
    /// <param name="library">The library's name without prefix and ending.</param>
    internal static string? Reason(string message, string library) => message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Skip(1)
        .FirstOrDefault(line => !IsElsewhere(line, library));

    private static bool IsElsewhere(string line, string library)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0
            || (line.EndsWith("No such file or directory", StringComparison.Ordinal) && line[..colon].Contains(library, StringComparison.OrdinalIgnoreCase));
    }
}
