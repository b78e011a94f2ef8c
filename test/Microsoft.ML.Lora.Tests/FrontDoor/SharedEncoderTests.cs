using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Tests.Engines;
using Microsoft.ML.Lora.Tests.Storage;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>Who shares an encoder with whom, once its matrices were let go of as a GPU does, and when it is read anew.</summary>
[TestClass]
public sealed class SharedEncoderTests : IDisposable
{
    private static readonly DateTime Later = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public void Load_FileWrittenToSince_IsReadAnewThoughTheOtherIsInUse()
    {
        EncoderHandle handle = EncoderRegistry.InDirectory(_encoder.Folder, id: null);
        LoadedEncoder inUse = handle.Load();
        inUse.Store.InFile();
        WriteToEncoder();

        LoadedEncoder again = handle.Load();

        Assert.AreNotSame(inUse, again);
        Assert.IsNotEmpty(again.Weights.Layers);
        Assert.AreSame(again, handle.Load());
        GC.KeepAlive(inUse);
    }

    [TestMethod]
    public void FromLoaded_RegisteredFolderHasAnotherEncoderByNow_TakesThatThoughTheOtherIsInUse()
    {
        using var other = new TinyEncoder(seed: 2);
        LoraSentencePairTransformer otherModel = other.Train(_ml);
        float expected = otherModel.Score("a", "b");
        _ml.Model.Save(otherModel, TinyPairs.Data(_ml, 2).Schema, _folder.File("model.zip"));
        PretrainedEncoder registered = PretrainedEncoder.FromDirectory(_encoder.Folder);
        PretrainedEncoder.Register(registered);
        LoraSentencePairTransformer inUse = _encoder.Train(_ml, _encoder.Options with { Encoder = registered });
        foreach (string file in Directory.GetFiles(other.Folder))
        {
            File.Move(file, Path.Combine(_encoder.Folder, Path.GetFileName(file)), overwrite: true);
        }

        using LoraSentencePairTransformer loaded = LoraSentencePairTransformer.FromLoaded(_ml, _ml.Model.Load(_folder.File("model.zip"), out _));

        Assert.AreEqual(expected, loaded.Score("a", "b"));
        GC.KeepAlive(inUse);
    }

    [TestMethod]
    public void Score_SeveralModelsInMemory_ShareWhatTheFirstRead()
    {
        using LoraSentencePairTransformer first = _encoder.Train(_ml);
        first.Model.Encoder.Store.InFile();
        float expected = first.Score("a", "b");
        GC.Collect();
        WriteToEncoder();

        using LoraSentencePairTransformer second = first.WithDevice(ComputeDevice.Cpu);

        Assert.AreEqual(expected, second.Score("a", "b"), "Nothing had to be read from a file that is another now.");
    }

    [TestMethod]
    public void Make_ClassifiersScoreThoughTheFileWasWrittenToSince_NeedsNoWeights()
    {
        // As at the end of a training on a GPU, which would be lost.
        LoadedEncoder encoder = EncoderRegistry.InDirectory(_encoder.Folder, id: null).Load();
        encoder.Store.InFile();
        GC.Collect();
        WriteToEncoder();
        var setup = new MatchingSetup(MatchingScore.Classifier, new LabeledPairs([], null, []), held: null, seed: 1, _ => { }, _ => { });

        MatchingResult made = setup.Make(
            new ManagedEngine(threads: 1), encoder, TinyModel.Plan(LoraTargets.Query), new TrainedWeights([]), validationLogits: null, CancellationToken.None);

        Assert.IsNull(made.Model);
    }

    private void WriteToEncoder() => File.SetLastWriteTimeUtc(Path.Combine(_encoder.Folder, "model.safetensors"), Later);
}
