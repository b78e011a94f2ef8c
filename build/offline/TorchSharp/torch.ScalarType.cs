namespace TorchSharp;

public static partial class torch
{
    public enum ScalarType : sbyte
    {
        Int32 = 3,
        Float32 = 6,
        Float64 = 7,
        BFloat16 = 15,
    }
}
