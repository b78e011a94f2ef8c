using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora;

/// <summary>
/// Adapts a pretrained encoder to tell which pairs of sentences belong together: duplicate questions, matching records,
/// statements that follow from each other. The encoder's own weights stay as they are; low-rank updates (LoRA, arXiv 2106.09685) and a
/// classification head are trained.
/// </summary>
/// <example>
/// <code>
/// var pipeline = ml.Transforms.CopyColumns("Sentence1", "question1")
///     .Append(ml.Transforms.CopyColumns("Sentence2", "question2"))
///     .Append(new LoraSentencePairTrainer(ml, new LoraSentencePairOptions { Epochs = 3 }));
/// ITransformer model = pipeline.Fit(pairs);
/// </code>
/// </example>
public sealed class LoraSentencePairTrainer : IEstimator<LoraSentencePairTransformer>
{
    private readonly MLContext _ml;
    private readonly LoraSentencePairOptions _options;

    /// <summary>Makes a trainer.</summary>
    /// <param name="ml">The context to work in: log messages go to its <c>Log</c>, and a seed it was given makes training repeatable.</param>
    /// <param name="options">How to train; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">At least one option is out of its range; the message lists all that are.</exception>
    public LoraSentencePairTrainer(MLContext ml, LoraSentencePairOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(ml);
        _ml = ml;
        _options = options ?? new LoraSentencePairOptions();
        _options.Validate(nameof(options));
    }

    /// <summary>Trains on labelled pairs.</summary>
    /// <param name="input">The training rows. With <see cref="LoraSentencePairOptions.ValidationFraction"/> above 0, some are kept aside.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, there are no rows, a label is neither 0 nor 1, or only one class occurs.</exception>
    /// <exception cref="IOException">The encoder's files cannot be read, or a checkpoint cannot be written.</exception>
    /// <exception cref="InvalidDataException">The encoder's files are damaged, or a checkpoint belongs to another training.</exception>
    /// <exception cref="NotSupportedException">The encoder is of a kind that is not supported, or the device that is asked for cannot be had.</exception>
    /// <exception cref="InsufficientMemoryException">Not even one pair fits on the device.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled, and the options ask for an exception.</exception>
    /// <exception cref="InvalidOperationException">The loss or a gradient stopped being finite.</exception>
    public LoraSentencePairTransformer Fit(IDataView input) => Fit(input, validation: null);

    /// <summary>Trains on labelled pairs, and measures on others.</summary>
    /// <param name="input">The training rows.</param>
    /// <param name="validation">
    /// The validation rows, with the same columns, a group column apart; <see langword="null"/> to keep <see cref="LoraSentencePairOptions.ValidationFraction"/> of the training rows aside instead.
    /// </param>
    /// <inheritdoc cref="Fit(IDataView)" path="/exception"/>
    public LoraSentencePairTransformer Fit(IDataView input, IDataView? validation)
    {
        ArgumentNullException.ThrowIfNull(input);
        IHost host = ((IHostEnvironment)_ml).Register(nameof(LoraSentencePairTrainer));
        using IChannel channel = host.Start(nameof(Fit));
        PairTrainingRequest request = _options.ToRequest(_options.Seed ?? host.Rand.Next()) with
        {
            ContextGpu = new ContextGpu(_ml.GpuDeviceId, _ml.FallbackToCpu),
        };
        return new LoraSentencePairTransformer(_ml, PairTraining.Run(request, input, validation, channel));
    }

    /// <summary>The shape of the data after this step, for the steps behind it.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type; all such columns are named.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputCheck.ForTraining(inputSchema, _options.Columns);

        // The constructor of SchemaShape.Column is not public; a mapping with the same outputs makes the shape instead.
        return _ml.Transforms.CustomMapping<NoColumns, ScoredPair>((_, _) => { }, contractName: null).GetOutputSchema(inputSchema);
    }
}
