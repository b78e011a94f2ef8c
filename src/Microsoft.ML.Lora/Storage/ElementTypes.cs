using System.Collections.Frozen;

namespace Microsoft.ML.Lora.Storage;

/// <summary>The element types of the safetensors format, by the names that a header gives them.</summary>
internal static class ElementTypes
{
    /// <summary>IEEE 754 binary32.</summary>
    public const string Float32 = "F32";

    /// <summary>IEEE 754 binary16.</summary>
    public const string Float16 = "F16";

    /// <summary>The upper half of a binary32.</summary>
    public const string BFloat16 = "BF16";

    private static readonly FrozenDictionary<string, int> Bits = new Dictionary<string, int>
    {
        ["F4"] = 4,
        ["F6_E2M3"] = 6,
        ["F6_E3M2"] = 6,
        ["BOOL"] = 8,
        ["U8"] = 8,
        ["I8"] = 8,
        ["F8_E5M2"] = 8,
        ["F8_E4M3"] = 8,
        ["F8_E8M0"] = 8,
        ["I16"] = 16,
        ["U16"] = 16,
        [Float16] = 16,
        [BFloat16] = 16,
        ["I32"] = 32,
        ["U32"] = 32,
        [Float32] = 32,
        ["I64"] = 64,
        ["U64"] = 64,
        ["F64"] = 64,
        ["C64"] = 64,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The size of an element in bits; <see langword="null"/> if the format has no such type.</summary>
    public static int? BitsOf(string elementType) => Bits.TryGetValue(elementType, out int bits) ? bits : null;

    /// <summary>Whether elements of this type can be read as fp32.</summary>
    public static bool IsReadable(string elementType) => elementType is Float32 or Float16 or BFloat16;
}
