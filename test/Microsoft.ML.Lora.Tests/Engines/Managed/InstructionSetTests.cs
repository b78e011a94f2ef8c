using System.Globalization;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>
/// The scripts in build/ run the engine's tests again with instruction sets switched off, and say how wide a vector may be then: a switch
/// that the runtime does not know, or knows no longer, must not pass unnoticed.
/// </summary>
[TestClass]
public sealed class InstructionSetTests
{
    /// <summary>The variable has the most bits of a vector.</summary>
    private const string MostBitsVariable = "LORAML_TESTS_VECTOR_BITS";

    [TestMethod, TestCategory("Engine")]
    public void Vectors_InstructionsSwitchedOff_AreNotAccelerated()
    {
        int most = int.Parse(Environment.GetEnvironmentVariable(MostBitsVariable) ?? "512", CultureInfo.InvariantCulture);

        int widest = Vector512.IsHardwareAccelerated ? 512
            : Vector256.IsHardwareAccelerated ? 256
            : Vector128.IsHardwareAccelerated ? 128
            : 0;

        Assert.IsLessThanOrEqualTo(most, widest);
    }
}
