using Microsoft.ML.Data;
using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora;

/// <summary>
/// Scores pairs of sentences with an adapted encoder. Adds <c>PredictedLabel</c> (bool), <c>Score</c> (float, a logit: above 0
/// speaks for yes) and <c>Probability</c> (float, 0 to 1). Needs the two sentence columns alone. Safe to use from several threads.
/// </summary>
/// <remarks>
/// It is saved with <c>ml.Model.Save</c> like any other transformer. The zip holds what was trained and names the encoder, which
/// is looked for when the model is first used: in the package LoraMl.Mini, among those given to
/// <see cref="PretrainedEncoder.Register"/>, and in the folder it was trained from. A loaded model scores row by row;
/// <see cref="FromLoaded"/> and <see cref="RestoreBatching"/> make it score in batches again, and say which column is missing or wrong
/// where ML.NET's own steps, of which a loaded model consists, speak of columns of their own.
/// <para>
/// Dispose of it after its last score to give a GPU's memory back at once; without that the garbage collector does so some time. A chain that is
/// disposed of disposes of its steps, and a prediction engine of its model, unless it is made with <c>OwnsTransformer = false</c>. Disposed of, a model scores no
/// more, but can be saved, and <see cref="WithDevice"/> and <see cref="WithScoringPrecision"/> make models of it: each has memory of its own and is the
/// caller's to dispose of.
/// </para>
/// </remarks>
public sealed class LoraSentencePairTransformer : ITransformer, IDisposable
{
    private readonly MLContext _ml;
    private readonly PairModel _model;

    internal LoraSentencePairTransformer(MLContext ml, PairModel model)
    {
        _ml = ml;
        _model = model;
        WarnOfOtherPrecision();
    }

    /// <summary>How the training went.</summary>
    public TrainingSummary Summary => _model.Definition.Summary;

    /// <summary>The score above which <c>PredictedLabel</c> is true.</summary>
    public float Threshold => _model.Definition.Threshold;

    /// <summary>The name of the encoder that was adapted.</summary>
    public string EncoderId => _model.Encoder.Identity.Id;

    /// <summary>
    /// What scores are to be computed in: <see cref="ScoringPrecision.Single"/>, unless <see cref="WithScoringPrecision"/> chose another.
    /// It is saved with the model.
    /// </summary>
    public ScoringPrecision ScoringPrecision => _model.Definition.ScoringPrecision;

    /// <summary>
    /// What scores are computed in on this machine: <see cref="ScoringPrecision"/>, or <see cref="ScoringPrecision.Single"/> where the
    /// processor lacks what the other needs.
    /// </summary>
    /// <remarks>
    /// Where the two differ, a warning goes to the log of the context whenever such a transformer is made. A model that <c>ml.Model.Load</c>
    /// read knows no log: it scores in single precision without a word, and <see cref="FromLoaded"/> tells.
    /// </remarks>
    public ScoringPrecision ScoringPrecisionInUse => _model.PrecisionInUse;

    internal PairModel Model => _model;

    /// <summary>Whether rows can be scored one at a time: always <see langword="true"/>.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>Takes the one sentence-pair model out of a model that <c>ml.Model.Load</c> read, so that it scores in batches again.</summary>
    /// <param name="ml">The context to work in.</param>
    /// <param name="model">A loaded model, or any chain that has the sentence-pair model in it.</param>
    /// <returns>
    /// The sentence-pair model alone, without the steps around it; for these see <see cref="RestoreBatching"/>. Where the chain was not loaded but fitted, it is the
    /// chain's own, and disposing of either disposes of it.
    /// </returns>
    /// <exception cref="ArgumentException">The model has no sentence-pair model in it, or several.</exception>
    /// <exception cref="InvalidDataException">The model is damaged or from another version.</exception>
    /// <exception cref="FileNotFoundException">The encoder is nowhere to be found.</exception>
    public static LoraSentencePairTransformer FromLoaded(MLContext ml, ITransformer model)
    {
        LoraSentencePairTransformer[] found = [.. Parts(RestoreBatching(ml, model))];
        return found.Length == 1
            ? found[0]
            : throw new ArgumentException(
                $"One sentence-pair model is wanted, but the given model has {found.Length} among its steps. Give a model whose pipeline had one {nameof(LoraSentencePairTrainer)}.",
                nameof(model));
    }

    /// <summary>Rebuilds a model that <c>ml.Model.Load</c> read, with each sentence-pair model in it scoring in batches again.</summary>
    /// <param name="ml">The context to work in.</param>
    /// <param name="model">A loaded model.</param>
    /// <returns>The same steps in the same order.</returns>
    /// <exception cref="InvalidDataException">The model is damaged or from another version.</exception>
    /// <exception cref="FileNotFoundException">The encoder is nowhere to be found.</exception>
    public static ITransformer RestoreBatching(MLContext ml, ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(ml);
        ArgumentNullException.ThrowIfNull(model);
        if (model is not IEnumerable<ITransformer> chain)
        {
            return model;
        }

        ITransformer[] steps = [.. chain];
        var restored = new List<ITransformer>();
        for (int i = 0; i < steps.Length;)
        {
            PairModel? pairModel = ModelChain.Read(ml, steps.AsSpan(i));
            restored.Add(pairModel is null ? RestoreBatching(ml, steps[i]) : new LoraSentencePairTransformer(ml, pairModel));
            i += pairModel is null ? 1 : ModelChain.Length;
        }

        return restored is [LoraSentencePairTransformer only] ? only : new TransformerChain<ITransformer>([.. restored]);
    }

    /// <summary>Scores one pair without a data view: the quickest way to one answer. Safe to call from several threads.</summary>
    /// <param name="first">The first sentence; it may be empty.</param>
    /// <param name="second">The second sentence; it may be empty.</param>
    /// <returns>The logit that <see cref="Transform"/> puts into <c>Score</c>: above <see cref="Threshold"/> speaks for yes.</returns>
    /// <exception cref="ObjectDisposedException">The model is disposed of.</exception>
    public float Score(string first, string second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return _model.Score([_model.Encode(first, second)])[0];
    }

    /// <summary>Scores many pairs without a data view, in batches and with all threads.</summary>
    /// <param name="pairs">The pairs; a sentence may be empty, but not null.</param>
    /// <returns>A logit for each pair, in their order; the same that <see cref="Score(string, string)"/> gives for the pair alone.</returns>
    /// <exception cref="ArgumentException">A sentence is null.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed of.</exception>
    public float[] Score(IReadOnlyList<(string First, string Second)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return _model.Score(_model.EncodeAll(pairs));
    }

    /// <summary>The same model scoring in a precision. This transformer stays as it is.</summary>
    /// <param name="precision">What to compute scores in; <see cref="ScoringPrecisionInUse"/> of the result says whether this machine does.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    public LoraSentencePairTransformer WithScoringPrecision(ScoringPrecision precision) => Enum.IsDefined(precision)
        ? new LoraSentencePairTransformer(_ml, _model.In(precision))
        : throw new ArgumentOutOfRangeException(
            nameof(precision), precision, $"The precision must be {string.Join(" or ", Enum.GetNames<ScoringPrecision>())}.");

    /// <summary>The same model scoring on a device. This transformer stays as it is.</summary>
    /// <param name="device">The device.</param>
    /// <param name="precision">What a GPU computes in.</param>
    /// <remarks>
    /// A saved model says nothing of devices: what comes from <see cref="FromLoaded"/> scores on the processor until this is called. The log of the
    /// context says which device was taken, and why.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    /// <exception cref="NotSupportedException">The device cannot be had; the message says what is missing.</exception>
    public LoraSentencePairTransformer WithDevice(ComputeDevice device, GpuPrecision precision = GpuPrecision.BFloat16)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (!Enum.IsDefined(precision))
        {
            throw new ArgumentOutOfRangeException(nameof(precision), precision, $"The precision must be one of {string.Join(", ", Enum.GetNames<GpuPrecision>())}.");
        }

        using IChannel channel = ((IHostEnvironment)_ml).Register(nameof(LoraSentencePairTransformer)).Start(nameof(WithDevice));
        return new LoraSentencePairTransformer(_ml, _model.On(EngineChoice.ForScoring(
            device,
            new ContextGpu(_ml.GpuDeviceId, _ml.FallbackToCpu),
            precision,
            _model.Encoder.Shape,
            message => channel.Info(MessageSensitivity.None, "{0}", message),
            message => channel.Warning(MessageSensitivity.None, "{0}", message))));
    }

    /// <summary>The schema of scored data: the input's columns, and the three outputs.</summary>
    /// <exception cref="ArgumentException">A sentence column is missing or not text.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new ScoringSchema(inputSchema, _model.Columns).Output;
    }

    /// <summary>The data with its scores. Nothing is computed before the rows are read, and then in batches.</summary>
    /// <exception cref="ArgumentException">A sentence column is missing or not text.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed of. Rows that are read after it is throw the same.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _model.RequireUsable();
        return new PairScoringView(input, _model);
    }

    /// <summary>A mapper that scores one row at a time.</summary>
    /// <exception cref="ArgumentException">A sentence column is missing or not text.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed of. Rows that are scored after it is throw the same.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _model.RequireUsable();
        return new PairRowMapper(inputSchema, _model);
    }

    /// <summary>
    /// Gives back what scoring took of a device's memory. Calls under way on other threads end as they would have, and the last of them gives it back.
    /// Disposing again does nothing.
    /// </summary>
    public void Dispose() => _model.Dispose();

    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)ModelChain.Build(_ml, _model)).Save(ctx);

    private void WarnOfOtherPrecision()
    {
        if (_model.PrecisionObjection is not { } objection)
        {
            return;
        }

        IHost host = ((IHostEnvironment)_ml).Register(nameof(LoraSentencePairTransformer));
        using IChannel channel = host.Start(nameof(ScoringPrecision));
        string message = $"The model asks for scores in {ScoringPrecision}, but {objection}.";
        channel.Warning(MessageSensitivity.None, "{0}", message);
    }

    private static IEnumerable<LoraSentencePairTransformer> Parts(ITransformer model) => model switch
    {
        LoraSentencePairTransformer part => [part],
        IEnumerable<ITransformer> chain => chain.SelectMany(Parts),
        _ => [],
    };
}
