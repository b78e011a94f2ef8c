namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>Adapting some layers only, and keeping what the others put out.</summary>
[TestClass]
public sealed class AdaptedLayersTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    public void Fit_MoreLayersThanTheEncoderHas_SaysHowManyItHas()
    {
        var trainer = new LoraSentencePairTrainer(_ml, _encoder.Options with { AdaptedLayers = 3 });

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => trainer.Fit(TinyPairs.Data(_ml, 20)));

        Assert.AreEqual(
            $"AdaptedLayers is 3, but encoder '{_encoder.Options.Encoder.Id}' has 2 layers. Set it to 2 or less, or to null for all.", exception.Message);
    }

    [TestMethod]
    [DataRow(LoraTargets.QueryAndValue, 1)]
    [DataRow(LoraTargets.None, null)]
    public void Fit_AnyRoomForFrozenLayers_SameModel(LoraTargets targets, int? layers)
    {
        LoraSentencePairOptions options = _encoder.Options with { Targets = targets, AdaptedLayers = layers, ValidationFraction = 0.2f, Seed = 1, Symmetric = true };
        IDataView data = TinyPairs.Data(_ml, 64);

        Scored[] without = Scored.Of(_ml, new LoraSentencePairTrainer(_ml, options with { FrozenLayersMegabytes = 0 }).Fit(data), data);
        Scored[] with = Scored.Of(_ml, new LoraSentencePairTrainer(_ml, options with { FrozenLayersMegabytes = 64 }).Fit(data), data);

        Scored.AssertSame(without, with);
    }
}
