using Microsoft.ML.Lora.Tests.Storage;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>How a loaded model finds the encoder that its zip only names.</summary>
[TestClass]
public sealed class EncoderLookupTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();
    private readonly TemporaryFolder _folder = new();
    private readonly string _zip;
    private readonly float[] _scores;

    public EncoderLookupTests()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml);
        _zip = _folder.File("model.zip");
        _ml.Model.Save(model, TinyPairs.Data(_ml, 2).Schema, _zip);
        _scores = Scored.Probe(_ml, model);
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public void Load_FolderStillThere_FindsItByItself()
    {
        CollectionAssert.AreEqual(_scores, Scored.Probe(_ml, Restore()));
    }

    [TestMethod]
    public void Load_FolderGone_SaysWhereItLookedAndWhatToDo()
    {
        _encoder.Dispose();

        FileNotFoundException exception = Assert.ThrowsExactly<FileNotFoundException>(() => Restore());

        StringAssert.Matches(exception.Message, new(
            $@"^The model was trained on encoder '{Path.GetFileName(_encoder.Folder)}' \(checksum [0-9a-f]{{12}}…\), which was not found\. "
            + @"Looked at the package LoraMl\.Mini: has checksum [0-9a-f]{12}…; .*"
            + $@"the folder it was trained from \({_encoder.Folder}\): The encoder folder '{_encoder.Folder}' does not exist\. "
            + @"Call PretrainedEncoder\.Register\(PretrainedEncoder\.FromDirectory\(folder\)\) with that encoder's folder before the model is loaded\.$"));
    }

    [TestMethod]
    public void Predict_FolderGone_SaysSoWithTheFirstRow()
    {
        _encoder.Dispose();
        using PredictionEngine<TinyPair, Scored> engine = _ml.Model.CreatePredictionEngine<TinyPair, Scored>(_ml.Model.Load(_zip, out _));

        FileNotFoundException exception = Assert.ThrowsExactly<FileNotFoundException>(() => engine.Predict(TinyPairs.Create(1)[0]));

        StringAssert.Contains(exception.Message, "which was not found", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Load_FolderMovedAndRegistered_IsFound()
    {
        string moved = _folder.File("moved");
        Directory.Move(_encoder.Folder, moved);
        PretrainedEncoder.Register(PretrainedEncoder.FromDirectory(moved));

        CollectionAssert.AreEqual(_scores, Scored.Probe(_ml, Restore()));
    }

    [TestMethod]
    public void Load_FolderWithOtherFiles_IsNotTakenForTheEncoder()
    {
        File.AppendAllText(_encoder.VocabularyPath, "another\n");

        FileNotFoundException exception = Assert.ThrowsExactly<FileNotFoundException>(() => Restore());

        StringAssert.Matches(exception.Message, new($@"the folder it was trained from \({_encoder.Folder}\): has checksum [0-9a-f]{{12}}…\. Call"));
    }

    [TestMethod]
    public void Load_RegisteredEncoderWithOtherFiles_IsNotTakenForTheEncoder()
    {
        using var other = new TinyEncoder(seed: 2);
        _encoder.Dispose();
        PretrainedEncoder.Register(PretrainedEncoder.FromDirectory(other.Folder, Path.GetFileName(_encoder.Folder)));

        FileNotFoundException exception = Assert.ThrowsExactly<FileNotFoundException>(() => Restore());

        StringAssert.Matches(exception.Message, new($"the registered encoder '{Path.GetFileName(_encoder.Folder)}': has checksum [0-9a-f]{{12}}…; "));
    }

    private LoraSentencePairTransformer Restore() => LoraSentencePairTransformer.FromLoaded(_ml, _ml.Model.Load(_zip, out _));
}
