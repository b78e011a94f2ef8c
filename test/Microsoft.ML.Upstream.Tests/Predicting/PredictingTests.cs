using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Upstream.Tests.Predicting;

[TestClass]
public sealed class PredictingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Predict_SeveralExamples_GivesEachItsOwn()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Question, Answer>(Model());

        Assert.AreEqual(3f, engine.Predict(new Question { Text = "abc" }).Length);
        Assert.AreEqual(0f, engine.Predict(new Question { Text = null }).Length);
        Assert.AreEqual(1f, engine.Predict(new Question { Text = "x" }).Length);
    }

    [TestMethod]
    public void Predict_IntoAnObject_FillsIt()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Question, Answer>(Model());
        var answer = new Answer();
        var given = answer;

        engine.Predict(new Question { Text = "ab" }, ref answer);

        Assert.AreSame(given, answer);
        Assert.AreEqual(2f, given.Length);
    }

    [TestMethod]
    public void Predict_IntoNothing_MakesTheObject()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Question, Answer>(Model());
        Answer? answer = null;

        engine.Predict(new Question { Text = "ab" }, ref answer!);

        Assert.AreEqual(2f, answer.Length);
    }

    [TestMethod]
    public void Predict_SameObjectChanged_IsReadAgain()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Question, Answer>(Model());
        var question = new Question { Text = "ab" };

        var first = engine.Predict(question).Length;
        question.Text = "abcd";

        Assert.AreEqual(2f, first);
        Assert.AreEqual(4f, engine.Predict(question).Length);
    }

    [TestMethod]
    public void Predict_Null_Throws()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Question, Answer>(Model());

        Assert.ThrowsExactly<ArgumentNullException>(() => engine.Predict(null!));
    }

    [TestMethod]
    public void Predict_ChainOfTransformers_RunsThemAll()
    {
        var renamed = SchemaDefinition.Create(typeof(Answer));
        renamed["Length"].ColumnName = "Renamed";
        var chain = Model().Append(_ml.Transforms.CopyColumns("Renamed", "Length").Fit(Model().Transform(Questions)));

        using var engine = _ml.Model.CreatePredictionEngine<Question, Answer>(chain, outputSchemaDefinition: renamed);

        Assert.AreEqual(3f, engine.Predict(new Question { Text = "abc" }).Length);
    }

    [TestMethod]
    public void OutputSchema_OfTheEngine_HasAllColumns()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Question, Answer>(Model());

        CollectionAssert.AreEqual(new[] { "Text", "Length" }, engine.OutputSchema.Select(column => column.Name).ToArray());
    }

    [TestMethod]
    public void Create_OutputColumnMissing_KeepsTheMemberUnlessTold()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Question, Other>(Model());

        Assert.AreEqual(42f, engine.Predict(new Question { Text = "a" }).Missing);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.Model.CreatePredictionEngine<Question, Other>(Model(), ignoreMissingColumns: false));
    }

    [TestMethod]
    public void Create_InputColumnMissing_Throws() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Model.CreatePredictionEngine<Other, Answer>(Model()));

    [TestMethod]
    public void Create_InputSchemaGiven_TakesItsColumns()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Question, Answer>(Model(), Questions.Schema);

        Assert.AreEqual(1f, engine.Predict(new Question { Text = "a" }).Length);
    }

    [TestMethod]
    public void Create_ModelThatIsNoRowMapper_Throws()
    {
        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.Model.CreatePredictionEngine<Question, Answer>(new DisposableModel(Model()) { IsRowToRowMapper = false }));

        StringAssert.Contains(fault.Message, "Must be a row to row mapper");
    }

    [TestMethod]
    [DataRow(true, 1)]
    [DataRow(false, 0)]
    public void Dispose_Twice_DisposesOfAnOwnedModelOnce(bool owns, int disposals)
    {
        var model = new DisposableModel(Model());
        var engine = _ml.Model.CreatePredictionEngine<Question, Answer>(model, new PredictionEngineOptions { OwnsTransformer = owns });

        engine.Dispose();
        engine.Dispose();

        Assert.AreEqual(disposals, model.Disposals);
    }

    private IDataView Questions => _ml.Data.LoadFromEnumerable(Array.Empty<Question>());

    private CustomMappingTransformer<Question, Answer> Model() =>
        _ml.Transforms.CustomMapping<Question, Answer>((from, to) => to.Length = from.Text!.Length, null).Fit(Questions);

    private sealed class Question
    {
        public string? Text { get; set; }
    }

    private sealed class Answer
    {
        public float Length { get; set; }
    }

    private sealed class Other
    {
        public float Missing { get; set; } = 42;
    }

    private sealed class DisposableModel(ITransformer inner) : ITransformer, IDisposable
    {
        public int Disposals { get; private set; }

        public bool IsRowToRowMapper { get; init; } = true;

        public void Dispose() => Disposals++;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inner.GetOutputSchema(inputSchema);

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => inner.GetRowToRowMapper(inputSchema);

        public IDataView Transform(IDataView input) => inner.Transform(input);

        public void Save(ModelSaveContext ctx) => inner.Save(ctx);
    }
}
