namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>What is promised and absent fails; what is absent alone does not.</summary>
[TestClass]
public sealed class LaneTests
{
    private const string Missing = "There is none.";

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("0")]
    public void Check_NothingPromised_LetsTheTestBeInconclusive(string? value)
    {
        Lane lane = Lane.From(_ => value);

        lane.CheckTorch(Missing);
        lane.CheckGpu(Missing);
    }

    [TestMethod]
    public void Check_TorchPromised_FailsWithoutTorchAlone()
    {
        Lane lane = Lane.From(name => name == "LORAML_REQUIRE_TORCH" ? "1" : null);

        lane.CheckGpu(Missing);
        var error = Assert.ThrowsExactly<AssertFailedException>(() => lane.CheckTorch(Missing));

        StringAssert.Contains(error.Message, "LORAML_REQUIRE_TORCH is 1, but: There is none.");
    }

    [TestMethod]
    public void Check_GpuPromised_FailsWithoutEither()
    {
        Lane lane = Lane.From(name => name == "LORAML_REQUIRE_GPU" ? "1" : null);

        var withoutGpu = Assert.ThrowsExactly<AssertFailedException>(() => lane.CheckGpu(Missing));
        Assert.ThrowsExactly<AssertFailedException>(() => lane.CheckTorch(Missing));

        StringAssert.Contains(withoutGpu.Message, "LORAML_REQUIRE_GPU is 1, but: There is none.");
    }
}
