using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;
using Microsoft.ML.Lora.Tests.Storage;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Execute_InterruptedAfterAnyStep_EndsAsIfItHadNotBeen()
    {
        TrainingOutcome uninterrupted = Setup(checkpoints: null).Run(Session());
        for (int steps = 1; steps < RunSetup.Steps; steps++)
        {
            string folder = _folder.File($"after-{steps}");
            Interrupt(steps, () => Store(folder));
            FakeSession session = Session();

            TrainingOutcome resumed = Setup(Store(folder)).Run(session);

            Assert.HasCount(RunSetup.Steps - steps, session.Batches);
            AssertSame(uninterrupted, resumed, $"interrupted after step {steps}");
        }
    }

    [TestMethod]
    public void Execute_InterruptedAfterEveryStep_EndsAsIfItHadNotBeen()
    {
        TrainingOutcome uninterrupted = Setup(checkpoints: null).Run(Session());
        for (int steps = 1; steps < RunSetup.Steps; steps++)
        {
            Interrupt(steps, () => Store(_folder.Path));
        }

        TrainingOutcome resumed = Setup(Store(_folder.Path)).Run(Session());

        AssertSame(uninterrupted, resumed, "interrupted after every step");
    }

    [TestMethod]
    public void Execute_ProcessDiesBetweenCheckpoints_RepeatsTheStepsSince()
    {
        TrainingOutcome uninterrupted = Setup(checkpoints: null).Run(Session());
        FakeSession dying = Session(step => ThrowAt(4, step));
        Assert.ThrowsExactly<IOException>(() => Setup(Store(_folder.Path, everySteps: 2)).Run(dying));
        FakeSession session = Session();

        TrainingOutcome resumed = Setup(Store(_folder.Path, everySteps: 2)).Run(session);

        // Written after step 2 and at the end of the epoch, step 3; step 4 died.
        Assert.HasCount(3, session.Batches);
        AssertSame(uninterrupted, resumed, "died at step 4");
    }

    [TestMethod]
    [DataRow(1, new[] { 1, 2, 3, 4, 5, 6 })]
    [DataRow(2, new[] { 2, 3, 5, 6 })]
    [DataRow(100, new[] { 3, 6 })]
    public void Execute_EverySteps_SavesThenAndAtTheEndOfEachEpoch(int everySteps, int[] expected)
    {
        var saved = new List<int>();
        var progress = new ProgressList { OnReport = _ => saved.Add(StoredStep()) };
        RunSetup setup = new() { Checkpoints = Store(_folder.Path, everySteps), Progress = progress };

        setup.Run(new FakeSession());

        saved.Add(StoredStep());
        CollectionAssert.AreEqual(expected, saved.Where(step => step > 0).Distinct().ToArray());
    }

    [TestMethod]
    public void Execute_FinishedRun_IsHandedOutAgainWithoutAStep()
    {
        TrainingOutcome first = Setup(Store(_folder.Path)).Run(Session());
        FakeSession session = Session();

        TrainingOutcome again = Setup(Store(_folder.Path)).Run(session);

        Assert.IsEmpty(session.Batches);
        AssertSame(first, again, "finished");
    }

    [TestMethod]
    public void Execute_BestWeightsBeforeTheInterruption_AreRestoredAfterIt()
    {
        FakeSession Best2() => new() { Margin = steps => steps == 2 ? 5 : 1 };
        RunSetup Stopping(CheckpointStore? store, CancellationToken cancellation = default) => new()
        {
            Validation = TrainingPairs.Create(2),
            Checkpoints = store,
            Cancellation = cancellation,
            Plan = new RunSetup().Plan with { ValidationsPerEpoch = 100, EarlyStopping = new EarlyStopping { Patience = 3 } },
        };
        TrainingOutcome uninterrupted = Stopping(null).Run(Best2());
        using var source = new CancellationTokenSource();
        FakeSession interrupted = new() { Margin = steps => steps == 2 ? 5 : 1, OnStep = Interruption.At(4, source) };
        Assert.ThrowsExactly<OperationCanceledException>(() => Stopping(Store(_folder.Path), source.Token).Run(interrupted));

        TrainingOutcome resumed = Stopping(Store(_folder.Path)).Run(Best2());

        Assert.AreEqual(TrainingEnd.StoppedEarly, resumed.End);
        Assert.AreEqual(2, resumed.WeightsStep);
        Assert.AreEqual(5, resumed.Steps);
        AssertSame(uninterrupted, resumed, "best weights");
    }

    [TestMethod]
    public void Execute_Resumption_IsLogged()
    {
        Interrupt(2, () => Store(_folder.Path));
        RunSetup setup = Setup(Store(_folder.Path));

        setup.Run(Session());

        Assert.AreEqual("Going on from the checkpoint after step 2 of 6.", setup.Log[0]);
    }

    [TestMethod]
    public void Execute_CheckpointOfAnotherRun_IsRefused()
    {
        Interrupt(2, () => Store(_folder.Path));
        var other = new CheckpointStore(
            new TrainingCheckpoints(_folder.Path), Facts.From([new("rank", "8"), new("seed", "6"), new("training data", "10 pairs")]));

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => Setup(other).Run(Session()));

        Assert.AreEqual(
            $"{_folder.File("training.safetensors")}: this checkpoint belongs to another training: rank is 8, but the checkpoint has nothing; "
            + "seed is 6, but the checkpoint has 5. Choose another folder, or set TrainingCheckpoints.Resume to false to overwrite it.",
            exception.Message);
    }

    [TestMethod]
    public void Execute_ResumeIsFalse_StartsAnewAndOverwrites()
    {
        Interrupt(2, () => new CheckpointStore(new TrainingCheckpoints(_folder.Path), Facts.From([new("seed", "6")])));
        FakeSession session = Session();

        Setup(new CheckpointStore(new TrainingCheckpoints(_folder.Path) { Resume = false }, Fingerprint())).Run(session);

        Assert.HasCount(RunSetup.Steps, session.Batches);
        Assert.AreEqual("5", TrainingCheckpointFile.Read(_folder.File("training.safetensors")).Facts.Text("run.seed"));
    }

    [TestMethod]
    public void Execute_FolderThatCannotBeMade_ThrowsBeforeTheFirstStep()
    {
        string file = _folder.File("taken");
        File.WriteAllText(file, "");
        string folder = Path.Combine(file, "inside");
        FakeSession session = Session();

        IOException exception = Assert.ThrowsExactly<IOException>(() => Setup(Store(folder)).Run(session));

        StringAssert.StartsWith(
            exception.Message,
            $"No checkpoint can be saved in '{folder}': '{Path.Combine(folder, "training.safetensors.probe")}' cannot be written: ",
            StringComparison.Ordinal);
        StringAssert.EndsWith(exception.Message, " Set Checkpoints to a folder that can be written to.", StringComparison.Ordinal);
        Assert.AreEqual(0, session.Steps);
    }

    [TestMethod]
    public void Execute_CheckpointThatCannotBeWritten_SaysWhichAndWhere()
    {
        string file = _folder.File("training.safetensors");
        Directory.CreateDirectory(file);

        IOException exception = Assert.ThrowsExactly<IOException>(() => Setup(Store(_folder.Path)).Run(Session()));

        StringAssert.StartsWith(exception.Message, $"The checkpoint of step 3 was not saved: '{file}' cannot be written: ", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Execute_CancelledBeforeTheFirstStep_WritesNothing()
    {
        RunSetup setup = new() { Checkpoints = Store(_folder.Path), Cancellation = new CancellationToken(canceled: true) };

        Assert.ThrowsExactly<OperationCanceledException>(() => setup.Run(Session()));

        Assert.IsEmpty(_folder.Files());
    }

    private static CheckpointStore Store(string folder, int everySteps = 100) => new(new TrainingCheckpoints(folder) { EverySteps = everySteps }, Fingerprint());

    private static Facts Fingerprint() => Facts.From([new("seed", "5"), new("training data", "10 pairs")]);

    private static FakeSession Session(Action<int>? onStep = null) => new() { OnStep = onStep ?? (_ => { }) };

    private static RunSetup Setup(CheckpointStore? checkpoints, CancellationToken cancellation = default) => new()
    {
        Train = TrainingPairs.Create(10, symmetric: true),
        Validation = TrainingPairs.Create(3),
        Checkpoints = checkpoints,
        Cancellation = cancellation,
        Plan = new RunSetup().Plan with { ValidationsPerEpoch = 2 },
    };

    private static void Interrupt(int afterStep, Func<CheckpointStore> store)
    {
        using var source = new CancellationTokenSource();
        FakeSession session = Session(Interruption.At(afterStep, source));
        Assert.ThrowsExactly<OperationCanceledException>(() => Setup(store(), source.Token).Run(session));
        Assert.AreEqual(afterStep, session.Steps);
    }

    private int StoredStep()
    {
        string file = _folder.File("training.safetensors");
        return File.Exists(file) ? (int)TrainingCheckpointFile.Read(file).Facts.Whole("step") : 0;
    }

    private static void ThrowAt(int wanted, int step)
    {
        if (step == wanted)
        {
            throw new IOException("The power went.");
        }
    }

    private static void AssertSame(TrainingOutcome expected, TrainingOutcome actual, string which)
    {
        Assert.AreEqual(expected.End, actual.End, which);
        Assert.AreEqual(expected.Steps, actual.Steps, which);
        Assert.AreEqual(expected.WeightsStep, actual.WeightsStep, which);
        CollectionAssert.AreEqual(expected.Validations.ToArray(), actual.Validations.ToArray(), which);
        CollectionAssert.AreEqual(expected.ValidationScores, actual.ValidationScores, which);
        foreach ((NamedTensor first, NamedTensor second) in expected.Weights.Tensors.Zip(actual.Weights.Tensors))
        {
            CollectionAssert.AreEqual(first.Values, second.Values, which);
        }
    }
}
