using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>Where merged matrices of up to four kinds lie, as merge.cu lays it out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MergePlaces
{
    /// <summary>The most kinds.</summary>
    public const int Most = 4;

    /// <summary>Of each kind the address of the first layer's matrix.</summary>
    public fixed long First[Most];

    /// <summary>Of each kind the numbers from one layer's matrix to the next.</summary>
    public fixed long Step[Most];
}
