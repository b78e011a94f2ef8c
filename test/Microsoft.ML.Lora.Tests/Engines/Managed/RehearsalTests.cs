using Microsoft.ML.Lora.Engines.Managed;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

[TestClass, TestCategory("Engine")]
public sealed class RehearsalTests
{
    /// <summary>Nobody asks for its result when it runs ahead, so that it runs through is seen here.</summary>
    [TestMethod]
    public void Run_EncoderOfZeros_GivesZeros() => CollectionAssert.AreEqual(new float[2], Rehearsal.Run());
}
