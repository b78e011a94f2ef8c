namespace Microsoft.ML.Data;

/// <summary>The kinds of values a column can be loaded as. The numbers are ML.NET's; its kinds of time are not here.</summary>
public enum DataKind : byte
{
    /// <summary>8 bits, signed.</summary>
    SByte = 1,

    /// <summary>8 bits.</summary>
    Byte = 2,

    /// <summary>16 bits, signed.</summary>
    Int16 = 3,

    /// <summary>16 bits.</summary>
    UInt16 = 4,

    /// <summary>32 bits, signed.</summary>
    Int32 = 5,

    /// <summary>32 bits.</summary>
    UInt32 = 6,

    /// <summary>64 bits, signed.</summary>
    Int64 = 7,

    /// <summary>64 bits.</summary>
    UInt64 = 8,

    /// <summary>Single precision.</summary>
    Single = 9,

    /// <summary>Double precision.</summary>
    Double = 10,

    /// <summary>Text.</summary>
    String = 11,

    /// <summary>True or false.</summary>
    Boolean = 12,
}
