using Microsoft.ML.Lora.Engines.Torch;
using Microsoft.ML.Lora.Tests.FrontDoor;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>A finished model gives all its tensors back when it is disposed of, without the garbage collector.</summary>
[TestClass, TestCategory("Torch")]
public sealed class TorchDisposalTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    public void Dispose_ModelThatScored_KeepsNoTensor()
    {
        TorchEngine engine = TorchDevices.Engine();
        using LoraSentencePairTransformer trained = _encoder.Train(_ml);
        long before = TorchRuntime.LiveTensors;
        var model = new LoraSentencePairTransformer(_ml, trained.Model.On(engine));
        float score = model.Score("a", "b");

        Assert.IsGreaterThan(before, TorchRuntime.LiveTensors);
        model.Dispose();

        Assert.AreEqual(before, TorchRuntime.LiveTensors);
        Assert.AreEqual(trained.Score("a", "b"), score, 1e-4f);
    }

    [TestMethod]
    public void Dispose_ModelTrainedOnAGpu_KeepsNoTensor()
    {
        TorchDevices.RequireGpu();
        long before = TorchRuntime.LiveTensors;
        LoraSentencePairTransformer model = _encoder.Train(_ml, _encoder.Options with { Device = ComputeDevice.Cuda(0) });
        Assert.AreEqual(before, TorchRuntime.LiveTensors, "What training took is given back when it ends.");
        model.Score("a", "b");

        model.Dispose();

        Assert.AreEqual(before, TorchRuntime.LiveTensors);
    }
}
