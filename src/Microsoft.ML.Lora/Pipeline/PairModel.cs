using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;
using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>
/// A finished model: encoder, trained weights, and how a score becomes a decision. Safe to use from several threads. Disposed of, it has all but its
/// scorer, and models can still be made of it.
/// </summary>
internal sealed class PairModel : IDisposable
{
    private readonly IEngine _engine;
    private readonly OwnedScorer _scorer;

    /// <param name="encoder">The encoder it was trained on.</param>
    /// <param name="definition">What was trained, and how it is used.</param>
    /// <param name="engine">What computes.</param>
    public PairModel(LoadedEncoder encoder, PairModelDefinition definition, IEngine engine)
    {
        Encoder = encoder;
        Definition = definition;
        PrecisionObjection = engine.ObjectionTo(definition.ScoringPrecision);
        PrecisionInUse = PrecisionObjection is null ? definition.ScoringPrecision : ScoringPrecision.Single;
        _engine = engine;
        _scorer = new OwnedScorer(
            () => encoder.WeightsFor(engine),
            weights => engine.CreateScorer(weights, definition.Plan, definition.Trained, PrecisionInUse));
    }

    /// <summary>The encoder it was trained on.</summary>
    public LoadedEncoder Encoder { get; }

    /// <summary>What was trained, and how it is used.</summary>
    public PairModelDefinition Definition { get; }

    /// <summary>What scores are computed in on this machine: single precision where it lacks what the definition's asks for.</summary>
    public ScoringPrecision PrecisionInUse { get; }

    /// <summary>Why the definition's precision is not in use, as a clause that goes on after "but"; <see langword="null"/> where it is.</summary>
    public string? PrecisionObjection { get; }

    /// <summary>Where the sentences are in the data.</summary>
    public PairColumns Columns => Definition.Columns;

    /// <summary>The probability of the positive class for a score: 1 / (1 + e^−score).</summary>
    public static float ProbabilityOf(float score) => (float)(1 / (1 + Math.Exp(-(double)score)));

    /// <summary>The same model scoring in a precision.</summary>
    public PairModel In(ScoringPrecision precision) => new(Encoder, Definition with { ScoringPrecision = precision }, _engine);

    /// <summary>The same model computed by another engine.</summary>
    public PairModel On(IEngine engine) => new(Encoder, Definition, engine);

    /// <summary>Whether a score is above the decision threshold.</summary>
    public bool Decide(float score) => score > Definition.Threshold;

    /// <summary>Tokenizes a pair as training did.</summary>
    public EncodedPair Encode(ReadOnlySpan<char> first, ReadOnlySpan<char> second) => Definition.Symmetric && SentenceOrder.IsReversed(first, second)
        ? Encoder.Tokenizer.Encode(second, first, Definition.MaxTokens)
        : Encoder.Tokenizer.Encode(first, second, Definition.MaxTokens);

    /// <summary>Tokenizes many pairs as training did, with the engine's threads.</summary>
    /// <exception cref="ArgumentException">A sentence is null.</exception>
    public IReadOnlyList<EncodedPair> EncodeAll(IReadOnlyList<(string First, string Second)> pairs)
    {
        PairEncoder.RequireSentences(pairs);
        IReadOnlyList<(string First, string Second)> arranged = Definition.Symmetric ? [.. pairs.Select(SentenceOrder.Arrange)] : pairs;
        return Encoder.Tokenizer.EncodeAll(arranged, Definition.MaxTokens, _engine.Threads).Pairs;
    }

    /// <summary>The scores of a batch: logits of the positive class, of both orders where order shall not matter, and what a matching score makes of them.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed of.</exception>
    public float[] Score(IReadOnlyList<EncodedPair> pairs)
    {
        IPairScorer scorer = _scorer.Enter();
        try
        {
            return Score(scorer, pairs);
        }
        finally
        {
            _scorer.Leave();
        }
    }

    /// <summary>Makes sure that the model can score.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed of.</exception>
    public void RequireUsable() => _scorer.RequireUsable();

    /// <summary>Gives back what scoring took of a device's memory, at once or when the calls under way have ended.</summary>
    public void Dispose() => _scorer.Dispose();

    private float[] Score(IPairScorer scorer, IReadOnlyList<EncodedPair> pairs)
    {
        EncodedPair[] given = [.. pairs];
        EncodedPair[] swapped = Definition.Symmetric ? [.. given.Select(Encoder.Tokenizer.Swap)] : [];
        float[] scores = new float[given.Length];
        if (Definition.Matching is { } matching)
        {
            matching.Score(scorer, given, swapped, scores);
        }
        else
        {
            PairScores.Compute(scorer.Score, given, swapped, scores);
        }

        return scores;
    }
}
