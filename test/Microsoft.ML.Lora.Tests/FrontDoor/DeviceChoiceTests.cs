using Microsoft.ML.Lora.Pipeline;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>Which device is taken, and what is said where it cannot be had. Needs none.</summary>
[TestClass]
public sealed class DeviceChoiceTests
{
    private const string Missing = "There is none.";

    private static readonly ContextGpu Silent = new(null, FallsBack: false);

    [TestMethod]
    public void Of_Processor_NeverAsksForGpus()
    {
        DeviceChoice choice = DeviceChoice.Of(ComputeDevice.Cpu, new ContextGpu(0, false), long.MaxValue, Unasked);

        Assert.IsNull(choice.Gpu);
    }

    [TestMethod]
    public void Of_GivenGpu_TakesItWhateverTheContextSays()
    {
        Assert.AreEqual(1, DeviceChoice.Of(ComputeDevice.Cuda(1), new ContextGpu(0, true), 1, _ => null).Gpu);
    }

    [TestMethod]
    public void Of_GivenGpuThatIsMissing_ThrowsEvenIfTheContextFallsBack()
    {
        var error = Assert.ThrowsExactly<NotSupportedException>(() => DeviceChoice.Of(ComputeDevice.Cuda(1), new ContextGpu(0, true), 1, _ => Missing));

        Assert.AreEqual("Device is Cuda(1), but: There is none.", error.Message);
    }

    [TestMethod]
    public void Of_ContextNamesGpu_TakesItForAnyEncoder()
    {
        Assert.AreEqual(2, DeviceChoice.Of(ComputeDevice.Auto, new ContextGpu(2, false), 1, _ => null).Gpu);
    }

    [TestMethod]
    public void Of_ContextNamesGpuThatIsMissing_ThrowsOrFallsBackAsItSays()
    {
        var error = Assert.ThrowsExactly<NotSupportedException>(() => DeviceChoice.Of(ComputeDevice.Auto, new ContextGpu(2, false), 1, _ => Missing));
        DeviceChoice choice = DeviceChoice.Of(ComputeDevice.Auto, new ContextGpu(2, true), 1, _ => Missing);

        Assert.AreEqual("MLContext.GpuDeviceId is 2, but: There is none. Or set FallbackToCpu to let the processor stand in for it.", error.Message);
        Assert.IsNull(choice.Gpu);
        Assert.IsTrue(choice.IsFallback);
        Assert.AreEqual("MLContext.GpuDeviceId is 2, but: There is none. The processor stands in for it, as FallbackToCpu allows.", choice.Reason);
    }

    [TestMethod]
    public void Of_ContextNamesNegativeGpu_ThrowsOrFallsBackAsItSays()
    {
        // To the device library −1 is whatever GPU is current.
        var error = Assert.ThrowsExactly<NotSupportedException>(() => DeviceChoice.Of(ComputeDevice.Auto, new ContextGpu(-1, false), 1, _ => null));

        Assert.AreEqual("MLContext.GpuDeviceId is -1, but: GPUs are numbered from 0. Or set FallbackToCpu to let the processor stand in for it.", error.Message);
        Assert.IsNull(DeviceChoice.Of(ComputeDevice.Auto, new ContextGpu(-1, true), 1, _ => null).Gpu);
    }

    [TestMethod]
    public void Of_NothingNamed_TakesGpuFromItsSizeOn()
    {
        Assert.IsNull(DeviceChoice.Of(ComputeDevice.Auto, Silent, DeviceChoice.LeastWeights - 1, Unasked).Gpu);
        Assert.AreEqual(0, DeviceChoice.Of(ComputeDevice.Auto, Silent, DeviceChoice.LeastWeights, _ => null).Gpu);
        Assert.AreEqual(
            "the encoder's layers have 85.0 million weights, enough for a GPU, but: There is none.",
            DeviceChoice.Of(ComputeDevice.Auto, Silent, 85_000_000, _ => Missing).Reason);
    }

    private static string? Unasked(int index) => throw new InvalidOperationException($"GPU {index} was asked for.");
}
