using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>What a search of cuBLASLt finds, as the library lays it out; an algorithm comes first, so that a pointer to this is one to an algorithm.</summary>
[StructLayout(LayoutKind.Sequential, Size = 96)]
internal unsafe struct AlgorithmFound
{
    /// <summary>The algorithm, which only the library understands.</summary>
    public fixed ulong Algorithm[8];

    /// <summary>The memory that it works in.</summary>
    public nuint WorkspaceBytes;

    /// <summary>0 if this was found.</summary>
    public int Status;
}
