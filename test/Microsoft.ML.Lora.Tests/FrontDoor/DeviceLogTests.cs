using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>The log says which device was taken, and why.</summary>
[TestClass]
public sealed class DeviceLogTests : IDisposable
{
    private const string BySize = "Computing on the processor: the encoder's layers have 0.0 million weights; a GPU is chosen from 5 million on.";

    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    public void Fit_DeviceLeftOpen_SaysWhichAndWhy()
    {
        List<string> messages = Messages(nameof(LoraSentencePairTrainer));

        _encoder.Train(_ml);

        CollectionAssert.Contains(messages, BySize);
    }

    [TestMethod]
    public void WithDevice_LeftOpen_SaysWhichAndWhy()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml);
        List<string> messages = Messages(nameof(LoraSentencePairTransformer));

        model.WithDevice(ComputeDevice.Auto);

        CollectionAssert.AreEqual(new[] { BySize }, messages);
    }

    [TestMethod]
    public void WithDevice_ProcessorByName_SaysSo()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml);
        List<string> messages = Messages(nameof(LoraSentencePairTransformer));

        model.WithDevice(ComputeDevice.Cpu);

        CollectionAssert.AreEqual(new[] { "Computing on the processor: Device is Cpu." }, messages);
    }

    private List<string> Messages(string source)
    {
        var messages = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Info && message.Source.StartsWith(source, StringComparison.Ordinal))
            {
                messages.Add(message.RawMessage);
            }
        };
        return messages;
    }
}
