using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Rates;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;
using Microsoft.ML.Lora.Training;
using static System.FormattableString;

namespace Microsoft.ML.Lora;

/// <summary>How <see cref="LoraSentencePairTrainer"/> trains. Every property has a default that works; set only what differs.</summary>
/// <remarks>All faults are reported together by one <see cref="ArgumentException"/> when the trainer is made.</remarks>
public sealed record LoraSentencePairOptions
{
    /// <summary>Room for the special tokens and at least two tokens of each sentence.</summary>
    private const int SmallestMaxTokens = 8;

    /// <summary>A width that Houlsby et al. found to do well on all their tasks.</summary>
    private const int DefaultBottleneckSize = 64;

    private static readonly LoraSentencePairOptions Defaults = new();

    /// <summary>The column that says whether a pair belongs together: bool, or a number that is 0 or 1. Only training needs it.</summary>
    /// <value>The default is <c>Label</c>.</value>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>The text column with the first sentence of each pair. An empty text is legal; a missing one counts as empty.</summary>
    /// <value>The default is <c>Sentence1</c>.</value>
    public string FirstSentenceColumnName { get; init; } = "Sentence1";

    /// <summary>The text column with the second sentence of each pair. An empty text is legal; a missing one counts as empty.</summary>
    /// <value>The default is <c>Sentence2</c>.</value>
    public string SecondSentenceColumnName { get; init; } = "Sentence2";

    /// <summary>A text, number or key column whose equal values stay together when <see cref="ValidationFraction"/>, or the search of <see cref="AdapterRates.Fitted"/>, splits the rows. A validation set does not need it.</summary>
    /// <value>The default is <see langword="null"/>: every row may go to either side.</value>
    public string? GroupColumnName { get; init; }

    /// <summary>The pretrained encoder that is adapted; its files are never changed.</summary>
    /// <value>The default is <see cref="PretrainedEncoder.Mini"/>.</value>
    public PretrainedEncoder Encoder { get; init; } = PretrainedEncoder.Mini;

    /// <summary>The longest sequence in tokens, special tokens included; longer pairs lose tokens from the end of their longer sentence.</summary>
    /// <value>From 8 to the encoder's own limit. The default is <see langword="null"/>: that limit, and 128 for <see cref="PretrainedEncoder.Mini"/>.</value>
    public int? MaxTokens { get; init; }

    /// <summary>What of the encoder is trained besides the head, and how.</summary>
    /// <remarks>
    /// What is trained must fit into a model zip, which has room for 18.8 million numbers; more are refused before training starts. Everything
    /// but the factors of low-rank updates is trained at <see cref="AdapterRateRule.RateOfHead"/>.
    /// </remarks>
    /// <value>The default is <see cref="AdaptationMethod.LowRank"/>.</value>
    public AdaptationMethod Adaptation { get; init; }

    /// <summary>The width m of <see cref="AdaptationMethod.AdapterH"/>'s and <see cref="AdaptationMethod.AdapterL"/>'s bottlenecks.</summary>
    /// <value>From 1 to 1024. The default is <see langword="null"/>: 64. Set it for these two alone.</value>
    public int? BottleneckSize { get; init; }

    /// <summary>The matrices of each layer that gain a low-rank update.</summary>
    /// <value>The default is <see cref="LoraTargets.QueryAndValue"/>; <see cref="LoraTargets.None"/> trains the head alone.</value>
    public LoraTargets Targets { get; init; } = LoraTargets.QueryAndValue;

    /// <summary>How many of the encoder's layers are adapted, counted from the top.</summary>
    /// <remarks>What the layers below make of a pair never changes: it is computed once and kept, see <see cref="FrozenLayersMegabytes"/>.</remarks>
    /// <value>
    /// From 1 to the encoder's layers. The default is <see langword="null"/>: all of them, or none with <see cref="LoraTargets.None"/>.
    /// <see cref="AdaptationMethod.LastLayers"/> needs it, <see cref="AdaptationMethod.FullFineTuning"/> knows no part of the layers.
    /// </value>
    public int? AdaptedLayers { get; init; }

    /// <summary>
    /// The memory in which the output of layers below every update is kept during training, so that it is computed once and not in every
    /// epoch. Pairs beyond it are computed again. The result does not depend on it.
    /// </summary>
    /// <value>In MiB, from 0 to 1,048,576. The default is <see langword="null"/>: a quarter of what the process may use.</value>
    public int? FrozenLayersMegabytes { get; init; }

    /// <summary>
    /// The rank r of the update: each adapted matrix gains r · (in + out) trained numbers.
    /// </summary>
    /// <value>From 1 to 1024. The default is 8.</value>
    public int Rank { get; init; } = 8;

    /// <summary>lora_alpha: the update is scaled by <c>Alpha / Rank</c>, or by <c>Alpha / √Rank</c> with <see cref="RankStabilized"/>.</summary>
    /// <value>Above 0, at most 65,536. The default is 16.</value>
    public float Alpha { get; init; } = 16;

    /// <summary>Whether the scale is <c>Alpha / √Rank</c> (rsLoRA, arXiv 2312.03732), which keeps high ranks learning.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool RankStabilized { get; init; }

    /// <summary>The share of an adapter's inputs that is set to zero at each training step.</summary>
    /// <value>From 0 to 0.9. The default is 0.</value>
    public float Dropout { get; init; }

    /// <summary>What turns the encoder's output into a decision.</summary>
    /// <remarks>
    /// <see cref="AdaptationMethod.FullFineTuning"/> and <see cref="AdaptationMethod.LastLayers"/> train the pooler as they train the layers
    /// below it, so that <see cref="ClassificationHead.PretrainedPooler"/> means the same to them as <see cref="ClassificationHead.TrainedPooler"/>.
    /// </remarks>
    /// <value>The default is <see cref="ClassificationHead.PretrainedPooler"/>.</value>
    public ClassificationHead Head { get; init; } = ClassificationHead.PretrainedPooler;

    /// <summary>The learning rates of the adapters' factors, of the head and of all else that is trained.</summary>
    /// <value>
    /// One of <see cref="AdapterRates"/>, or a rule of your own. The default is <see langword="null"/>: <see cref="AdapterRates.Adaptive"/>, but
    /// <see cref="AdapterRates.Equal"/> at 3e-4 where <see cref="Adaptation"/> trains the encoder's own weights.
    /// </value>
    public AdapterRateRule? Rates { get; init; }

    /// <summary>What turns gradients into the directions that the rates are applied to.</summary>
    /// <value>The default is <see cref="BaseOptimizer.AdamW"/>.</value>
    public BaseOptimizer Optimizer { get; init; }

    /// <summary>How the rates change over the steps.</summary>
    /// <value>The default is <see cref="RateSchedule.Linear"/>.</value>
    public RateSchedule Schedule { get; init; } = RateSchedule.Linear;

    /// <summary>The share of all steps over which the rates rise from 0 to their full value.</summary>
    /// <value>From 0 to 0.5. The default is 0.06.</value>
    public float WarmupFraction { get; init; } = 0.06f;

    /// <summary>Weight decay per unit of learning rate, apart from the gradient; with <see cref="BaseOptimizer.Adam"/> within it.</summary>
    /// <value>From 0 to 1. The default is 0.01.</value>
    public float WeightDecay { get; init; } = 0.01f;

    /// <summary>The norm that a step's gradients are scaled down to where they are longer.</summary>
    /// <value>Above 0. The default is <see langword="null"/>: no clipping.</value>
    public float? MaxGradientNorm { get; init; }

    /// <summary>How often the training rows are gone through.</summary>
    /// <value>From 1 to 1,000. The default is 3.</value>
    public int Epochs { get; init; } = 3;

    /// <summary>Pairs per optimizer step. The last step of an epoch takes what is left.</summary>
    /// <value>From 1 to 65,536. The default is 64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>The share of the training rows kept aside for validation. Not used where a validation set is given to <c>Fit</c>.</summary>
    /// <value>From 0 to 0.5. The default is 0: no validation.</value>
    public float ValidationFraction { get; init; }

    /// <summary>How often each epoch is interrupted to measure on the validation pairs; the last time is the epoch's end.</summary>
    /// <value>From 1 to 100. The default is 1.</value>
    public int ValidationsPerEpoch { get; init; } = 1;

    /// <summary>Ends training when the validation pairs stop improving, and restores the best weights. Needs validation pairs.</summary>
    /// <value>The default is <see langword="null"/>: all epochs are run and the last weights are kept.</value>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>How much each class counts in the loss.</summary>
    /// <value>The default is <see cref="ClassWeighting.None"/>.</value>
    public ClassWeighting ClassWeighting { get; init; }

    /// <summary>
    /// Whether the order of the two sentences shall not matter: a pair's score is the mean of both orders, at twice the cost,
    /// and training meets each pair in either order at random.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Symmetric { get; init; }

    /// <summary>
    /// How a pair's score comes about. What is fitted is fitted after training, on the validation pairs; where these are too few for what was asked for, scores stay the
    /// classifier's, and a warning says how many are needed.
    /// </summary>
    /// <value>
    /// The default is <see langword="null"/>: <see cref="MatchingScore.DensityAware"/> where there are validation pairs enough to fit it on,
    /// <see cref="MatchingScore.Classifier"/> where there are not.
    /// </value>
    public MatchingScore? MatchingScore { get; init; }

    /// <summary>How the score is chosen above which <c>PredictedLabel</c> is true. All but <see cref="DecisionThreshold.Zero"/> need validation pairs.</summary>
    /// <value>The default is <see cref="DecisionThreshold.Zero"/>.</value>
    public DecisionThreshold DecisionThreshold { get; init; }

    /// <summary>Where and how often to write checkpoints from which a broken-off training can go on. Needs <see cref="Seed"/>.</summary>
    /// <value>The default is <see langword="null"/>: none.</value>
    public TrainingCheckpoints? Checkpoints { get; init; }

    /// <summary>What trains, and scores with the trained model until it is saved.</summary>
    /// <value>The default is <see cref="ComputeDevice.Auto"/>.</value>
    /// <remarks>
    /// On a GPU <see cref="FrozenLayersMegabytes"/> has no meaning, and results repeat to rounding only, since its library chooses the order of sums.
    /// </remarks>
    public ComputeDevice Device { get; init; } = ComputeDevice.Auto;

    /// <summary>What a GPU computes in. The processor always computes in single precision.</summary>
    /// <value>The default is <see cref="GpuPrecision.BFloat16"/>.</value>
    public GpuPrecision GpuPrecision { get; init; } = GpuPrecision.BFloat16;

    /// <summary>The threads that train and score. Results do not depend on it.</summary>
    /// <value>From 1 to 1,024. The default is <see langword="null"/>: one for each processor.</value>
    public int? Threads { get; init; }

    /// <summary>The seed of all that is random. The same seed and data give the same model, bit for bit, on the same kind of machine.</summary>
    /// <value>The default is <see langword="null"/>: drawn from the <see cref="MLContext"/>, which makes it repeatable if that was given a seed.</value>
    public int? Seed { get; init; }

    /// <summary>Told of every step and every validation, in order, on the training thread.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Asks training to end early; looked at before every step, and while the matching score is made.</summary>
    /// <value>The default never asks.</value>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>What comes of a training that <see cref="CancellationToken"/> ended.</summary>
    /// <value>The default is <see cref="CancellationResult.Throw"/>.</value>
    public CancellationResult OnCancellation { get; init; }

    /// <summary>The clock that speeds and remaining times are taken from.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal PairColumns Columns => new(LabelColumnName, FirstSentenceColumnName, SecondSentenceColumnName, GroupColumnName);

    /// <summary>The same, as the rooms below the front door take it.</summary>
    /// <param name="seed">The seed to use.</param>
    internal PairTrainingRequest ToRequest(int seed) => new()
    {
        Columns = Columns,
        Encoder = Encoder.Handle,
        MaxTokens = MaxTokens,
        Trainable = new TrainablePlan { Adapter = ToAdapterPlan(), Head = ToHead(), Classes = PairScores.Classes },
        Optimizer = ToOptimizerPlan(),
        Training = ToTrainingPlan(seed),
        ValidationFraction = ValidationFraction,
        Symmetric = Symmetric,
        MatchingScore = MatchingScore,
        DecisionThreshold = DecisionThreshold,
        Checkpoints = Checkpoints,
        Device = Device,
        GpuPrecision = GpuPrecision,
        Threads = Threads ?? Environment.ProcessorCount,
        FrozenLayersMegabytes = FrozenLayersMegabytes,
        Seed = seed,
        Progress = Progress,
        Cancellation = CancellationToken,
        Time = TimeProvider,
    };

    /// <exception cref="ArgumentException">At least one option is out of its range; the message lists all that are.</exception>
    internal void Validate(string parameterName) => Faults.ThrowIfAny(nameof(LoraSentencePairOptions), Problems(), parameterName);

    private bool TrainsEncoder => Adaptation is AdaptationMethod.FullFineTuning or AdaptationMethod.LastLayers;

    private bool SearchesAdaptiveRates => Rates is FittedRates && Adaptation == AdaptationMethod.LowRank && Targets != LoraTargets.None;

    private AdapterPlan ToAdapterPlan() => new()
    {
        Method = Adaptation,
        Targets = Adaptation == AdaptationMethod.LowRank ? Targets : LoraTargets.None,
        TopLayers = AdaptedLayers,
        BottleneckSize = BottleneckSize ?? DefaultBottleneckSize,
        Rank = Rank,
        Scaling = AdapterPlan.ScalingOf(Alpha, Rank, RankStabilized),
        Dropout = Dropout,
    };

    private ClassificationHead ToHead() =>
        Head == ClassificationHead.PretrainedPooler && TrainsEncoder ? ClassificationHead.TrainedPooler : Head;

    /// <summary>How gradients become updates.</summary>
    internal OptimizerPlan ToOptimizerPlan() => new()
    {
        Optimizer = Optimizer,
        Rates = Rates ?? (TrainsEncoder ? AdapterRates.Equal(UsualRates.Encoder) : AdapterRates.Adaptive()),
        Beta1 = 0.9f,
        Beta2 = 0.999f,
        Epsilon = 1e-8f,
        WeightDecay = WeightDecay,
        MaxGradientNorm = MaxGradientNorm,
    };

    private TrainingPlan ToTrainingPlan(int seed) => new()
    {
        Epochs = Epochs,
        BatchSize = BatchSize,
        Schedule = Schedule,
        WarmupFraction = WarmupFraction,
        ClassWeighting = ClassWeighting,
        ValidationsPerEpoch = ValidationsPerEpoch,
        EarlyStopping = EarlyStopping,
        OnCancellation = OnCancellation,
        Seed = (ulong)seed,
    };

    private IEnumerable<string> Problems() => [.. ColumnProblems(), .. AdapterProblems(), .. MethodProblems(), .. OptimizationProblems(), .. ScheduleProblems()];

    private IEnumerable<string> ColumnProblems()
    {
        (string Option, string? Column)[] columns =
        [
            (nameof(LabelColumnName), LabelColumnName),
            (nameof(FirstSentenceColumnName), FirstSentenceColumnName),
            (nameof(SecondSentenceColumnName), SecondSentenceColumnName),
        ];
        foreach ((string option, string? column) in columns)
        {
            if (string.IsNullOrEmpty(column)) yield return $"{option} must name a column, but is empty.";
        }

        if (FirstSentenceColumnName == SecondSentenceColumnName && !string.IsNullOrEmpty(FirstSentenceColumnName))
        {
            yield return $"{nameof(FirstSentenceColumnName)} and {nameof(SecondSentenceColumnName)} are both '{FirstSentenceColumnName}': a pair needs two columns.";
        }

        if (GroupColumnName is "") yield return $"{nameof(GroupColumnName)} must name a column or be null, but is empty.";
        if (GroupColumnName is not null && ValidationFraction == 0 && Rates is not FittedRates)
        {
            yield return $"{nameof(GroupColumnName)} is '{GroupColumnName}', but without {nameof(ValidationFraction)}, or {nameof(Rates)} that are {nameof(AdapterRates.Fitted)}, there is no split to keep groups together in.";
        }
    }

    private IEnumerable<string> AdapterProblems()
    {
        if (Encoder is null) yield return $"{nameof(Encoder)} must be set, but is null.";
        if (MaxTokens is < SmallestMaxTokens) yield return $"{nameof(MaxTokens)} must be at least {SmallestMaxTokens}, but is {MaxTokens}.";
        if ((Targets & ~LoraTargets.All) != 0) yield return $"{nameof(Targets)} must be a combination of {nameof(LoraTargets)}, but is {(int)Targets}.";
        if (AdaptedLayers is < 1) yield return $"{nameof(AdaptedLayers)} must be at least 1, or null for all layers, but is {AdaptedLayers}. {nameof(LoraTargets)}.{nameof(LoraTargets.None)} adapts none.";
        if (AdaptedLayers is not null && Adaptation == AdaptationMethod.LowRank && Targets == LoraTargets.None) yield return $"{nameof(AdaptedLayers)} must be null where {nameof(Targets)} is {LoraTargets.None}, for no layer gains updates then, but is {AdaptedLayers}.";
        if (FrozenLayersMegabytes is < 0 or > 1 << 20) yield return $"{nameof(FrozenLayersMegabytes)} must be from 0 to 1048576, or null for a quarter of what the process may use, but is {FrozenLayersMegabytes}.";
        if (Rank is < 1 or > AdapterPlan.MostRank) yield return $"{nameof(Rank)} must be from 1 to {AdapterPlan.MostRank}, but is {Rank}.";
        if (!(Alpha is > 0 and <= 65536)) yield return Invariant($"{nameof(Alpha)} must be above 0 and at most 65536, but is {Alpha}.");
        if (!(Dropout is >= 0 and <= 0.9f)) yield return Invariant($"{nameof(Dropout)} must be from 0 to 0.9, but is {Dropout}.");
        if (!Enum.IsDefined(Head)) yield return NoSuchValue(nameof(Head), Head);
        if (Device is null) yield return $"{nameof(Device)} must be set, but is null.";
        if (!Enum.IsDefined(GpuPrecision)) yield return NoSuchValue(nameof(GpuPrecision), GpuPrecision);
        if (Threads is < 1 or > 1024) yield return $"{nameof(Threads)} must be from 1 to 1024, or null for one each processor, but is {Threads}.";
    }

    /// <summary>What was set without meaning anything to the chosen method, as far as it differs from its default.</summary>
    private IEnumerable<string> MethodProblems()
    {
        if (!Enum.IsDefined(Adaptation)) yield return NoSuchValue(nameof(Adaptation), Adaptation);
        if (BottleneckSize is < 1 or > AdapterPlan.MostBottleneckSize) yield return $"{nameof(BottleneckSize)} must be from 1 to {AdapterPlan.MostBottleneckSize}, but is {BottleneckSize}.";
        if (BottleneckSize is not null && Adaptation is not (AdaptationMethod.AdapterH or AdaptationMethod.AdapterL)) yield return NotUsed(nameof(BottleneckSize), BottleneckSize);
        if (AdaptedLayers is null && Adaptation == AdaptationMethod.LastLayers) yield return $"{nameof(Adaptation)} is {Adaptation}, which needs {nameof(AdaptedLayers)}: how many layers.";
        if (AdaptedLayers is not null && Adaptation == AdaptationMethod.FullFineTuning) yield return NotUsed(nameof(AdaptedLayers), AdaptedLayers);
        if (Adaptation == AdaptationMethod.LowRank) yield break;
        if (Targets != Defaults.Targets) yield return NotUsed(nameof(Targets), Targets);
        if (Rank != Defaults.Rank) yield return NotUsed(nameof(Rank), Rank);
        if (Alpha != Defaults.Alpha) yield return NotUsed(nameof(Alpha), Alpha);
        if (RankStabilized) yield return NotUsed(nameof(RankStabilized), RankStabilized);
        if (Dropout != Defaults.Dropout) yield return NotUsed(nameof(Dropout), Dropout);
    }

    private string NotUsed(string option, object? value) => Invariant($"{option} is {value}, but {nameof(Adaptation)} is {Adaptation}, which does not use it. Leave it out.");

    private IEnumerable<string> OptimizationProblems()
    {
        foreach (string problem in Rates?.Problems(nameof(Rates)) ?? []) yield return problem;
        if (!Enum.IsDefined(Optimizer)) yield return NoSuchValue(nameof(Optimizer), Optimizer);
        if (!Enum.IsDefined(Schedule)) yield return NoSuchValue(nameof(Schedule), Schedule);
        if (!(WarmupFraction is >= 0 and <= 0.5f)) yield return Invariant($"{nameof(WarmupFraction)} must be from 0 to 0.5, but is {WarmupFraction}.");
        if (!(WeightDecay is >= 0 and <= 1)) yield return Invariant($"{nameof(WeightDecay)} must be from 0 to 1, but is {WeightDecay}.");
        if (Optimizer == BaseOptimizer.GradientDescent && Rates is null) yield return $"{nameof(Optimizer)} is {Optimizer}, whose steps are as long as the gradients, so that there is no usual rate: set {nameof(Rates)}.";
        if (Optimizer == BaseOptimizer.GradientDescent && (Rates is AdaptiveRates || SearchesAdaptiveRates) && WeightDecay > 0) yield return Invariant($"{nameof(WeightDecay)} is {WeightDecay}, but must be 0 where {nameof(Optimizer)} is {Optimizer} and {nameof(Rates)} {(SearchesAdaptiveRates ? "searched for among adaptive ones" : "adaptive")}: weights decay by the rate, which is as large there as gradients are small.");
        if (MaxGradientNorm is { } norm && !(norm > 0 && float.IsFinite(norm))) yield return Invariant($"{nameof(MaxGradientNorm)} must be above 0 and finite, or null for no clipping, but is {norm}.");
        if (!Enum.IsDefined(ClassWeighting)) yield return NoSuchValue(nameof(ClassWeighting), ClassWeighting);
        foreach (string problem in MatchingScore?.Problems() ?? []) yield return $"{nameof(MatchingScore)}: {problem}";
        if (!Enum.IsDefined(DecisionThreshold)) yield return NoSuchValue(nameof(DecisionThreshold), DecisionThreshold);
        if (!Enum.IsDefined(OnCancellation)) yield return NoSuchValue(nameof(OnCancellation), OnCancellation);
    }

    private IEnumerable<string> ScheduleProblems()
    {
        if (Epochs is < 1 or > 1000) yield return $"{nameof(Epochs)} must be from 1 to 1000, but is {Epochs}.";
        if (BatchSize is < 1 or > 65536) yield return $"{nameof(BatchSize)} must be from 1 to 65536, but is {BatchSize}.";
        if (!(ValidationFraction is >= 0 and <= 0.5f)) yield return Invariant($"{nameof(ValidationFraction)} must be from 0 to 0.5, but is {ValidationFraction}.");
        if (ValidationsPerEpoch is < 1 or > 100) yield return $"{nameof(ValidationsPerEpoch)} must be from 1 to 100, but is {ValidationsPerEpoch}.";
        if (EarlyStopping is { Patience: < 1 or > 1000 } stopping) yield return $"{nameof(EarlyStopping)}.{nameof(stopping.Patience)} must be from 1 to 1000, but is {stopping.Patience}.";
        if (EarlyStopping is { } early && !Enum.IsDefined(early.Metric)) yield return NoSuchValue($"{nameof(EarlyStopping)}.{nameof(early.Metric)}", early.Metric);
        if (Checkpoints is { Directory: null or "" }) yield return $"{nameof(Checkpoints)}.{nameof(TrainingCheckpoints.Directory)} must name a folder, but is empty.";
        if (Checkpoints is { EverySteps: < 1 } checkpoints) yield return $"{nameof(Checkpoints)}.{nameof(checkpoints.EverySteps)} must be at least 1, but is {checkpoints.EverySteps}.";
        if (Checkpoints is not null && Seed is null) yield return $"{nameof(Checkpoints)} need {nameof(Seed)} to be set: without it each training draws its own, and none could go on from another's checkpoint.";
        if (TimeProvider is null) yield return $"{nameof(TimeProvider)} must be set, but is null.";
    }

    private static string NoSuchValue<T>(string option, T value)
        where T : struct, Enum => $"{option} must be one of {string.Join(", ", Enum.GetNames<T>())}, but is {value}.";
}
