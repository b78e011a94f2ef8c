using System.Runtime.CompilerServices;

namespace TorchSharp;

/// <summary>What every member of this stand-in that would compute throws.</summary>
internal static class Absent
{
    /// <summary>The exception, with the name of the member that was called.</summary>
    public static NotSupportedException Member([CallerMemberName] string member = "") => new(
        $"TorchSharp.Offline has signatures only, and cannot run '{member}'. Build with -p:UpstreamSource=packages, or with -p:UpstreamSource=folder and a folder that has "
        + "TorchSharp.dll, and add TorchSharp-cpu, TorchSharp-cuda-linux or TorchSharp-cuda-windows to the application.");
}
