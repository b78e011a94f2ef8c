using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Upstream.Tests.DataView;

namespace Microsoft.ML.Upstream.Tests.Saving;

/// <summary>How a transformer of a third party saves itself: by handing the context on to a chain of built-in transformers.</summary>
[TestClass]
public sealed class SavingThirdPartyTests
{
    private readonly MLContext _ml = new(seed: 1);

    private IDataView Source => _ml.Data.LoadFromEnumerable(new[] { new TextRow { Text = "abc" }, new TextRow { Text = null } });

    [TestMethod]
    public void Load_InAFreshContext_FindsTheFactoriesByTheirAssembly()
    {
        var made = ScoreFactory.Made;

        var loaded = SaveAndLoad(new HandingOn(Chain("40")), new MLContext());

        Assert.AreEqual(made + 1, ScoreFactory.Made);
        var scored = loaded.Transform(Source);
        CollectionAssert.AreEqual(new[] { "Text", "Score" }, scored.Schema.Select(column => column.Name).ToArray());
        CollectionAssert.AreEqual(new[] { 43f, 40f }, scored.Values<float>("Score"));
    }

    [TestMethod]
    public void Load_FactoriesRegistered_Works()
    {
        var ml = new MLContext();
        ml.ComponentCatalog.RegisterAssembly(typeof(SavingThirdPartyTests).Assembly);
        ml.ComponentCatalog.RegisterAssembly(typeof(SavingThirdPartyTests).Assembly);

        var loaded = SaveAndLoad(new HandingOn(Chain("1")), ml);

        CollectionAssert.AreEqual(new[] { 4f, 1f }, loaded.Transform(Source).Values<float>("Score"));
    }

    [TestMethod]
    public void Load_LongPayload_GivesItBack()
    {
        var payload = new string('x', 1_000_000);
        var table = _ml.Transforms.Conversion.MapValue("Payload", new Dictionary<int, string> { [1] = payload }, "PayloadKey");
        var source = _ml.Data.LoadFromEnumerable(new[] { new ConstantColumn { PayloadKey = 1 } });

        var loaded = SaveAndLoad(table.Fit(source), new MLContext());

        Assert.AreEqual(payload, loaded.Transform(source).Texts("Payload").Single());
    }

    [TestMethod]
    public void Load_InsideAPipeline_IsANestedChainInWhichItsPartsAreFound()
    {
        var pipeline = new TransformerChain<ITransformer>(_ml.Transforms.CopyColumns("Copy", "Text").Fit(Source), new HandingOn(Chain("7")));

        var loaded = (IEnumerable<ITransformer>)SaveAndLoad(pipeline, new MLContext());

        var inner = Assert.IsInstanceOfType<TransformerChain<ITransformer>>(loaded.ElementAt(1));
        Assert.AreEqual(6, inner.Count());
        Assert.IsInstanceOfType<ColumnCopyingTransformer>(inner.ElementAt(0));
        Assert.IsInstanceOfType<ValueMappingTransformer>(inner.ElementAt(2));
        Assert.IsInstanceOfType<CustomMappingTransformer<PayloadAndText, ScoreColumn>>(inner.ElementAt(3));
        Assert.IsInstanceOfType<ColumnSelectingTransformer>(inner.ElementAt(5));
    }

    [TestMethod]
    public void Load_PartOfTheChainRunAlone_GivesThePayload()
    {
        var loaded = (IEnumerable<ITransformer>)SaveAndLoad(new HandingOn(Chain("7")), new MLContext());
        var oneRow = _ml.Data.LoadFromEnumerable(new[] { new ConstantColumn { PayloadKey = 1 } });

        var payload = loaded.OfType<ValueMappingTransformer>().Single().Transform(oneRow).Texts("Payload");

        CollectionAssert.AreEqual(new[] { "7" }, payload);
    }

    [TestMethod]
    public void Save_NothingWritten_Throws()
    {
        var fault = Assert.ThrowsExactly<InvalidOperationException>(() => SaveAndLoad(new HandingOn(null), new MLContext()));

        StringAssert.Contains(fault.Message, "ModelSignature not specified!");
    }

    [TestMethod]
    public void Save_MappingWithoutContract_Throws()
    {
        var mapping = _ml.Transforms.CustomMapping<NoColumns, ConstantColumn>((_, _) => { }, contractName: null).Fit(Source);

        var fault = Assert.ThrowsExactly<InvalidOperationException>(() => SaveAndLoad(mapping, new MLContext()));

        StringAssert.Contains(fault.Message, "Empty contract name for a transform: the transform cannot be saved");
    }

    [TestMethod]
    public void Load_ContractWithoutFactory_Throws()
    {
        var mapping = _ml.Transforms.CustomMapping<NoColumns, ConstantColumn>(ConstantFactory.Map, SavingContracts.NoFactory).Fit(Source);

        Assert.ThrowsExactly<InvalidOperationException>(() => SaveAndLoad(mapping, new MLContext()));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Load_FactoryThatFails_WrapsItsFaultOncePerLevel(int levels)
    {
        ITransformer model = _ml.Transforms.CustomMapping<NoColumns, ConstantColumn>(ConstantFactory.Map, SavingContracts.Failing).Fit(Source);
        for (var level = 1; level < levels; level++)
            model = new TransformerChain<ITransformer>(model);

        Exception fault = Assert.ThrowsExactly<TargetInvocationException>(() => SaveAndLoad(model, new MLContext()));

        for (var level = 1; level < levels; level++)
            fault = Assert.IsInstanceOfType<TargetInvocationException>(fault.InnerException);
        Assert.AreEqual("The encoder is not here.", Assert.IsInstanceOfType<NotSupportedException>(fault.InnerException).Message);
    }

    private TransformerChain<ITransformer> Chain(string payload)
    {
        IEstimator<ITransformer>[] estimators =
        [
            _ml.Transforms.CopyColumns("InternalText", "Text"),
            _ml.Transforms.CustomMapping<NoColumns, ConstantColumn>(ConstantFactory.Map, SavingContracts.Constant),
            _ml.Transforms.Conversion.MapValue("Payload", new Dictionary<int, string> { [1] = payload }, "PayloadKey"),
            _ml.Transforms.CustomMapping<PayloadAndText, ScoreColumn>(ScoreFactory.Map, SavingContracts.Score),
            _ml.Transforms.CopyColumns("Score", "InternalScore"),
            _ml.Transforms.DropColumns("InternalText", "PayloadKey", "Payload", "InternalScore"),
        ];
        var data = Source;
        var transformers = new List<ITransformer>();
        foreach (var estimator in estimators)
        {
            transformers.Add(estimator.Fit(data));
            data = transformers[^1].Transform(data);
        }
        return new([.. transformers]);
    }

    private ITransformer SaveAndLoad(ITransformer model, MLContext target)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, Source.Schema, stream);
        stream.Position = 0;
        return target.Model.Load(stream, out _);
    }

    /// <summary>A transformer that is saved as another; as nothing if there is none.</summary>
    private sealed class HandingOn(ITransformer? savedAs) : ITransformer
    {
        public bool IsRowToRowMapper => false;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotSupportedException();

        public IDataView Transform(IDataView input) => input;

        void ICanSaveModel.Save(ModelSaveContext ctx) => savedAs?.Save(ctx);
    }
}
