using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class TransformTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();
    private readonly LoraSentencePairTransformer _model;

    public TransformTests() => _model = _encoder.Train(_ml);

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    public void Transform_Schema_HasTheInputAndTheThreeOutputs()
    {
        var view = new MemoryView(TinyPairs.Create(2));

        DataViewSchema schema = _model.Transform(view).Schema;

        CollectionAssert.AreEqual(
            new[] { "Id", "Sentence1", "Sentence2", "Label", "PredictedLabel", "Score", "Probability" }, schema.Select(column => column.Name).ToArray());
        Assert.AreEqual(BooleanDataViewType.Instance, schema["PredictedLabel"].Type);
        Assert.AreEqual(NumberDataViewType.Single, schema["Score"].Type);
        Assert.AreEqual(NumberDataViewType.Single, schema["Probability"].Type);
        CollectionAssert.AreEqual(
            schema.Select(column => column.Name).ToArray(), _model.GetOutputSchema(view.Schema).Select(column => column.Name).ToArray());
    }

    [TestMethod]
    public void Transform_View_PassesOnRowCountAndShuffling()
    {
        IDataView scored = _model.Transform(new MemoryView(TinyPairs.Create(7)));

        Assert.AreEqual(7, scored.GetRowCount());
        Assert.IsTrue(scored.CanShuffle);
    }

    [TestMethod]
    public void Transform_NothingRead_OpensNothing()
    {
        var view = new MemoryView(TinyPairs.Create(2));

        _model.Transform(view);

        Assert.IsEmpty(view.Opened);
    }

    [TestMethod]
    public void GetRowCursor_InputColumnsOnly_PassesThemOnWithoutScoring()
    {
        var view = new MemoryView(TinyPairs.Create(50));
        IDataView scored = _model.Transform(view);

        int[] ids = [.. scored.GetColumn<int>("Id")];

        CollectionAssert.AreEqual(Enumerable.Range(0, 50).ToArray(), ids);
        CollectionAssert.AreEqual(new[] { "Id" }, view.Opened);
        Assert.AreEqual(0, view.Open);
    }

    [TestMethod]
    public void GetRowCursor_ScoreAskedFor_OpensOneCursorWithTheSentences()
    {
        var view = new MemoryView(TinyPairs.Create(50));
        IDataView scored = _model.Transform(view);

        using (DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"], scored.Schema["Id"]]))
        {
            cursor.MoveNext();
        }

        CollectionAssert.AreEqual(new[] { "Id, Sentence1, Sentence2" }, view.Opened);
        Assert.AreEqual(0, view.Open);
    }

    [TestMethod]
    public void Transform_SourceThatCanBeReadOnce_ScoresEveryRow()
    {
        var queue = new Queue<TinyPair>(TinyPairs.Create(100));
        IEnumerable<TinyPair> Drain()
        {
            while (queue.TryDequeue(out TinyPair? pair))
            {
                yield return pair;
            }
        }

        Scored[] scored = Scored.Of(_ml, _model, _ml.Data.LoadFromEnumerable(Drain()));

        Scored.AssertSame(Scored.Of(_ml, _model, TinyPairs.Data(_ml, 100)), scored);
    }

    [TestMethod]
    public void Transform_VectorColumn_IsTheReadersToKeep()
    {
        var rows = TinyPairs.Create(100).Select(pair => new PairWithVector { Sentence1 = pair.Sentence1, Sentence2 = pair.Sentence2, Features = [pair.Id, 1] });
        IDataView scored = _model.Transform(_ml.Data.LoadFromEnumerable(rows.ToArray()));
        DataViewSchema.Column column = scored.Schema["Features"];
        using DataViewRowCursor cursor = scored.GetRowCursor([column, scored.Schema["Score"]]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        var kept = new List<VBuffer<float>>();
        while (cursor.MoveNext())
        {
            VBuffer<float> features = default;
            getter(ref features);
            kept.Add(features);
        }

        CollectionAssert.AreEqual(Enumerable.Range(0, 100).Select(row => (float)row).ToArray(), kept.Select(features => features.GetValues()[0]).ToArray());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(31)]
    [DataRow(32)]
    [DataRow(33)]
    [DataRow(97)]
    [DataRow(2000)]
    public void Transform_AnyNumberOfRows_ScoresEachAsAlone(int count)
    {
        TinyPair[] pairs = TinyPairs.Create(count);
        using PredictionEngine<TinyPair, Scored> engine = _ml.Model.CreatePredictionEngine<TinyPair, Scored>(_model);

        Scored[] batched = Scored.Of(_ml, _model, _ml.Data.LoadFromEnumerable(pairs));

        Scored.AssertSame([.. pairs.Select(engine.Predict)], batched);
    }

    [TestMethod]
    public void Transform_Outputs_FollowFromTheScore()
    {
        Scored[] scored = Scored.Of(_ml, _model, TinyPairs.Data(_ml, 40));

        foreach (Scored row in scored)
        {
            Assert.AreEqual(1 / (1 + Math.Exp(-row.Score)), row.Probability, 1e-7);
            Assert.AreEqual(row.Score > 0, row.PredictedLabel);
        }

        Assert.HasCount(2, scored.Select(row => row.PredictedLabel).Distinct().ToArray(), "Both decisions should occur, or the test shows nothing.");
    }

    [TestMethod]
    public void GetRowCursor_Shuffled_GivesEachRowItsOwnScore()
    {
        var view = new MemoryView(TinyPairs.Create(300));
        IDataView scored = _model.Transform(view);
        Dictionary<int, float> expected = Scored.Of(_ml, scored).ToDictionary(row => row.Id, row => row.Score);

        List<(int Id, float Score)> shuffled = Read(scored, new Random(5));

        CollectionAssert.AreNotEqual(Enumerable.Range(0, 300).ToArray(), shuffled.Select(row => row.Id).ToArray());
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 300).ToArray(), shuffled.Select(row => row.Id).ToArray());
        Assert.IsTrue(shuffled.All(row => expected[row.Id] == row.Score));
    }

    [TestMethod]
    public void GetRowCursor_SeveralGettersOfOneColumn_Agree()
    {
        IDataView scored = _model.Transform(new MemoryView(TinyPairs.Create(40)));
        DataViewSchema.Column column = scored.Schema["Score"];
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<float> first = cursor.GetGetter<float>(column);
        ValueGetter<float> second = cursor.GetGetter<float>(column);
        ValueGetter<float> probability = cursor.GetGetter<float>(scored.Schema["Probability"]);
        float once = 0, again = 0, other = 0, p = 0;
        while (cursor.MoveNext())
        {
            first(ref once);
            probability(ref p);
            second(ref other);
            first(ref again);

            Assert.AreEqual(once, again);
            Assert.AreEqual(once, other);
            Assert.AreEqual(1 / (1 + Math.Exp(-once)), p, 1e-7);
        }
    }

    [TestMethod]
    public void GetRowCursor_ScoresOfSomeRowsOnly_BelongToThem()
    {
        IDataView scored = _model.Transform(new MemoryView(TinyPairs.Create(500)));
        float[] expected = [.. scored.GetColumn<float>("Score")];
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<float> getter = cursor.GetGetter<float>(scored.Schema["Score"]);
        float score = 0;
        while (cursor.MoveNext())
        {
            if (cursor.Position % 71 == 70)
            {
                getter(ref score);
                Assert.AreEqual(expected[cursor.Position], score);
            }
        }
    }

    [TestMethod]
    public void GetRowCursor_ColumnNotAskedFor_IsRefused()
    {
        IDataView scored = _model.Transform(new MemoryView(TinyPairs.Create(2)));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);

        Assert.IsTrue(cursor.IsColumnActive(scored.Schema["Score"]));
        Assert.IsFalse(cursor.IsColumnActive(scored.Schema["Id"]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cursor.GetGetter<int>(scored.Schema["Id"]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cursor.GetGetter<float>(scored.Schema["Probability"]));
    }

    [TestMethod]
    public void GetGetter_OtherType_IsRefused()
    {
        IDataView scored = _model.Transform(new MemoryView(TinyPairs.Create(2)));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);

        InvalidOperationException exception =
            Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<double>(scored.Schema["Score"]));

        Assert.AreEqual("Column 'Score' has type Single, but was asked for as Double.", exception.Message);
    }

    [TestMethod]
    public void GetGetter_NotOnARow_IsRefused()
    {
        IDataView scored = _model.Transform(new MemoryView(TinyPairs.Create(2)));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<float> getter = cursor.GetGetter<float>(scored.Schema["Score"]);
        float score = 0;

        InvalidOperationException exception = Assert.ThrowsExactly<InvalidOperationException>(() => getter(ref score));

        Assert.AreEqual("A score was asked for, but the cursor does not stand on a row.", exception.Message);
    }

    [TestMethod]
    public void GetRowCursorSet_Several_IsOneWithEveryRow()
    {
        IDataView scored = _model.Transform(new MemoryView(TinyPairs.Create(20)));

        DataViewRowCursor[] cursors = scored.GetRowCursorSet(scored.Schema, 4);

        Assert.HasCount(1, cursors);
        using DataViewRowCursor cursor = cursors[0];
        int rows = 0;
        while (cursor.MoveNext())
        {
            rows++;
        }

        Assert.AreEqual(20, rows);
    }

    [TestMethod]
    public void Transform_ScoredData_HidesTheOldColumnsAndKeepsThem()
    {
        IDataView once = _model.Transform(new MemoryView(TinyPairs.Create(20)));
        LoraSentencePairTransformer other = _encoder.Train(_ml, _encoder.Options with { Seed = 4 });

        IDataView twice = other.Transform(once);

        DataViewSchema.Column old = twice.Schema[once.Schema["Score"].Index];
        Assert.IsTrue(old.IsHidden);
        CollectionAssert.AreEqual(once.GetColumn<float>("Score").ToArray(), twice.GetColumn<float>(old).ToArray());
        CollectionAssert.AreNotEqual(once.GetColumn<float>("Score").ToArray(), twice.GetColumn<float>("Score").ToArray());
    }

    [TestMethod]
    public void Transform_SomethingBehindIt_ReadsTheScores()
    {
        IDataView data = TinyPairs.Data(_ml, 20);
        IDataView scored = _model.Transform(data);

        IDataView copied = _ml.Transforms.CopyColumns("Logit", "Score").Fit(scored).Transform(scored);

        CollectionAssert.AreEqual(scored.GetColumn<float>("Score").ToArray(), copied.GetColumn<float>("Logit").ToArray());
    }

    [TestMethod]
    public void Transform_NoRows_HasNone() => Assert.IsEmpty(Scored.Of(_ml, _model, TinyPairs.Data(_ml, 0)));

    private static List<(int Id, float Score)> Read(IDataView scored, Random random)
    {
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema, random);
        ValueGetter<int> id = cursor.GetGetter<int>(scored.Schema["Id"]);
        ValueGetter<float> score = cursor.GetGetter<float>(scored.Schema["Score"]);
        var rows = new List<(int, float)>();
        int i = 0;
        float s = 0;
        while (cursor.MoveNext())
        {
            id(ref i);
            score(ref s);
            rows.Add((i, s));
        }

        return rows;
    }
}
