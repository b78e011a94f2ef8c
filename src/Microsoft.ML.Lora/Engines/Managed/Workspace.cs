using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// The memory of one chunk's forward and, in training, backward pass. One thread at a time uses it; it grows to the largest chunk seen.
/// N tokens, n sequences, H hidden, F feed-forward, r rank, C classes.
/// </summary>
internal sealed class Workspace
{
    private readonly EncoderShape _shape;
    private readonly LayerRange _range;
    private readonly TrainablePlan _plan;
    private readonly int _rank;
    private readonly ScoringPrecision _precision;
    private readonly Arena _arena = new();
    private readonly LayerActivations[] _layers;
    private readonly Memory<float>[] _reduced;
    private readonly LaneRows[] _tokenLanes = new LaneRows[ChunkRule.MostLanes];
    private readonly LaneRows[] _sequenceLanes = new LaneRows[ChunkRule.MostLanes];
    private int _lanes;
    private Memory<float> _gradReduced;
    private Memory<float> _dropped;

    /// <param name="batch">The batch whose chunks are computed here.</param>
    /// <param name="shape">The encoder's sizes.</param>
    /// <param name="range">The layers that are computed here.</param>
    /// <param name="plan">What is trained.</param>
    /// <param name="training">
    /// Whether a backward pass follows each forward pass: then every layer keeps its activations, else they share them.
    /// </param>
    /// <param name="precision">What the forward pass computes in.</param>
    /// <param name="below">The memory in which the layers below are computed; <see langword="null"/> where they are computed here.</param>
    public Workspace(
        PackedBatch batch, EncoderShape shape, LayerRange range, TrainablePlan plan, bool training,
        ScoringPrecision precision = ScoringPrecision.Single, Workspace? below = null)
    {
        Batch = batch;
        Below = below;
        _shape = shape;
        _range = range;
        _plan = plan;
        _rank = plan.Adapter.UpdateRank;
        Training = training;
        _precision = precision;
        _reduced = new Memory<float>[(shape.Layers - plan.Adapter.FirstLayer(shape.Layers)) * plan.Adapter.EachTarget().Count()];
        _layers = new LayerActivations[range.Count];
        var shared = new LayerActivations();
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = training || OnlyFirstTokens(i) ? new LayerActivations() : shared;
        }
    }

    /// <summary>The batch that the chunk is part of.</summary>
    public PackedBatch Batch { get; }

    /// <summary>The memory in which the layers below are computed; <see langword="null"/> where they are computed here.</summary>
    public Workspace? Below { get; }

    /// <summary>Whether a backward pass follows each forward pass.</summary>
    public bool Training { get; }

    /// <summary>What is being computed.</summary>
    public PackedChunk Chunk { get; private set; }

    /// <summary>The seed of this step's dropout masks; <see langword="null"/> for no dropout.</summary>
    public ulong? DropoutSeed { get; set; }

    /// <summary>All tokens of the chunk.</summary>
    public RowBlock TokenRows => new(Chunk.FirstToken, Chunk.Tokens, _tokenLanes.AsMemory(0, _lanes));

    /// <summary>The first token of each sequence of the chunk.</summary>
    public RowBlock SequenceRows => new(Chunk.First, Chunk.Count, _sequenceLanes.AsMemory(0, _lanes));

    /// <summary>The first layer's input, (N, H); with no layer here, the encoder's output for first tokens, (n, H).</summary>
    public Memory<float> Input { get; private set; }

    /// <summary>The embeddings' sum before it is normalised, (N, H): a place of its own where embeddings are trained, else <see cref="Input"/>'s.</summary>
    public Memory<float> EmbeddedSum { get; private set; }

    /// <summary>Mean of each row of the embeddings' sum, (N).</summary>
    public Memory<float> EmbeddedMean { get; private set; }

    /// <summary>Inverse standard deviation of each row of the embeddings' sum, (N).</summary>
    public Memory<float> EmbeddedInverse { get; private set; }

    /// <summary>The activations of each layer.</summary>
    public IReadOnlyList<LayerActivations> Layers => _layers;

    /// <summary>What goes into the last of the layers, (N, H). At least one layer.</summary>
    public Memory<float> LastInput => _layers.Length == 1 ? Input : _layers[^2].Output;

    /// <summary>What the layers leave: (N, H), or the first tokens alone, (n, H), if the encoder's last layer is among them.</summary>
    public Memory<float> Output => _layers.Length == 0 ? Input : _layers[^1].Output;

    /// <summary>Room for some rows of a product's input, rounded to bytes; nothing where the forward pass computes in single precision.</summary>
    public Memory<float> RoundedRows { get; private set; }

    /// <summary>The scales of <see cref="RoundedRows"/>.</summary>
    public Memory<float> RowScales { get; private set; }

    /// <summary>The pooler's output, (n, H).</summary>
    public Memory<float> Pooled { get; private set; }

    /// <summary>The head's output, (n, C).</summary>
    public Memory<float> Logits { get; private set; }

    /// <summary>Gradient of <see cref="Logits"/>, (n, C).</summary>
    public Memory<float> GradLogits { get; private set; }

    /// <summary>Gradient of <see cref="Pooled"/>, (n, H).</summary>
    public Memory<float> GradPooled { get; private set; }

    /// <summary>Gradient of the encoder's <see cref="Output"/>, (n, H).</summary>
    public Memory<float> GradFirstTokens { get; private set; }

    /// <summary>Gradient of the hidden states between two layers, (N, H).</summary>
    public Memory<float> GradHidden { get; private set; }

    /// <summary>
    /// Gradient of <see cref="EmbeddedSum"/>, (N, H), where embeddings are trained: the chunk's part of <see cref="BatchGradEmbedded"/>.
    /// </summary>
    public Memory<float> GradEmbedded => BatchGradEmbedded.Slice(Chunk.FirstToken * _shape.Hidden, Chunk.Tokens * _shape.Hidden);

    /// <summary>Room for <see cref="GradEmbedded"/> of all tokens of the batch; the caller's.</summary>
    public Memory<float> BatchGradEmbedded { get; set; }

    /// <summary>Gradient of <see cref="LayerActivations.Probes"/>, (n, A, H).</summary>
    public Memory<float> GradProbes { get; private set; }

    /// <summary>Gradient of <see cref="LayerActivations.ReducedProbes"/>, (A, n, r).</summary>
    public Memory<float> GradReducedProbes { get; private set; }

    /// <summary>Gradient of <see cref="LayerActivations.Averages"/>, (n, A, H).</summary>
    public Memory<float> GradAverages { get; private set; }

    /// <summary>Gradient of <see cref="LayerActivations.ReducedAverages"/>, (A, n, r).</summary>
    public Memory<float> GradReducedAverages { get; private set; }

    /// <summary>Gradient of the scores of the first tokens' attention, (A · N).</summary>
    public Memory<float> GradFirstScores { get; private set; }

    /// <summary>Gradient of <see cref="LayerActivations.Projections"/>, (N, 3H).</summary>
    public Memory<float> GradProjections { get; private set; }

    /// <summary>Gradient of <see cref="LayerActivations.FirstQueries"/>, (n, H).</summary>
    public Memory<float> GradFirstQueries { get; private set; }

    /// <summary>Gradient of <see cref="LayerActivations.Context"/>, (N, H) or (n, H).</summary>
    public Memory<float> GradContext { get; private set; }

    /// <summary>Gradient of <see cref="LayerActivations.MiddleSum"/>, (N, H) or (n, H).</summary>
    public Memory<float> GradMiddleSum { get; private set; }

    /// <summary>
    /// Gradient of <see cref="LayerActivations.Activated"/> and <see cref="LayerActivations.Preactivation"/>, (N, F) or (n, F).
    /// </summary>
    public Memory<float> GradActivated { get; private set; }

    /// <summary>Gradient of <see cref="LayerActivations.OutputSum"/>, (N, H) or (n, H).</summary>
    public Memory<float> GradOutputSum { get; private set; }

    /// <summary>Gradient of <see cref="BottleneckActivations.Activated"/>, (N, m) or (n, m).</summary>
    public Memory<float> GradBottleneck { get; private set; }

    /// <summary>Gradient of what comes into a bottleneck, (N, H) or (n, H).</summary>
    public Memory<float> GradBottleneckInput { get; private set; }

    /// <summary>What attention's backward pass needs for one sequence.</summary>
    public Memory<float> AttentionScratch { get; private set; }

    /// <summary>Grows to hold any chunk up to this size, so that computing it allocates nothing.</summary>
    public void Reserve(PackedChunk largest)
    {
        LayOut(largest);
        Below?.Batch.Reserve(largest.Count);
        Below?.Reserve(largest);
    }

    /// <summary>Gives its memory back.</summary>
    public void Release()
    {
        _arena.Release();
        Below?.Release();
    }

    /// <summary>Whether a chunk of this size can be computed at all: its activations must fit into one block.</summary>
    public bool CanHold(PackedChunk chunk)
    {
        _arena.Clear();
        Take(chunk);
        return _arena.CanHold && Below?.CanHold(chunk) != false;
    }

    /// <summary>How much memory it takes up, what lies below included.</summary>
    public long BytesHeld => ((long)_arena.Length * sizeof(float)) + (Below?.BytesHeld ?? 0);

    /// <summary>How much memory it would take up with room for a chunk of this size, what lies below included.</summary>
    public long BytesFor(PackedChunk chunk)
    {
        _arena.Clear();
        Take(chunk);
        return (_arena.LengthToHold * sizeof(float)) + (Below?.BytesFor(chunk) ?? 0);
    }

    /// <summary>Makes ready for a chunk. What the last one left is gone.</summary>
    public void Begin(PackedChunk chunk)
    {
        Chunk = chunk;
        _lanes = 0;
        LayOut(chunk);
    }

    /// <summary>Says where the gradients of a part of the chunk go; in training every row is in one such part.</summary>
    /// <param name="part">The part, by its numbers in the batch.</param>
    /// <param name="gradients">The flat buffer that they are accumulated into.</param>
    public void AddLane(PackedChunk part, Memory<float> gradients)
    {
        _tokenLanes[_lanes] = new LaneRows(part.FirstToken - Chunk.FirstToken, part.Tokens, gradients);
        _sequenceLanes[_lanes] = new LaneRows(part.First - Chunk.First, part.Count, gradients);
        _lanes++;
    }

    /// <summary>The row of a sequence's first token in the chunk's matrices.</summary>
    public int Start(int sequence) => Batch.Start(Chunk.First + sequence) - Chunk.FirstToken;

    /// <summary>Number of tokens of a sequence of the chunk.</summary>
    public int Length(int sequence) => Pair(sequence).Length;

    /// <summary>A sequence of the chunk.</summary>
    public EncodedPair Pair(int sequence) => Batch.Pair(Chunk.First + sequence);

    /// <summary>An update's reduced input t, (rows, r), kept from the forward to the backward pass.</summary>
    public Span<float> Reduced(int slot, int rows) => _reduced[slot].Span[..(rows * _rank)];

    /// <summary>Gradient of one update's reduced input, (rows, r).</summary>
    public Span<float> GradReduced(int rows) => _gradReduced.Span[..(rows * _rank)];

    /// <summary>Room for one adapter input with dropout's zeros in it, or its gradient.</summary>
    public Span<float> Dropped(int length) => _dropped.Span[..length];

    private void LayOut(PackedChunk chunk)
    {
        do
        {
            _arena.Clear();
            Take(chunk);
        }
        while (!_arena.Holds());
    }

    private void Take(PackedChunk chunk)
    {
        TakeForward(chunk);
        if (Training)
        {
            TakeBackward(chunk);
        }
    }

    private void TakeForward(PackedChunk chunk)
    {
        // Long, so that what is too large is seen to be.
        long sequences = chunk.Count;
        long tokens = chunk.Tokens;
        Input = _arena.Take((_layers.Length == 0 ? sequences : tokens) * _shape.Hidden);
        EmbeddedSum = Training && _plan.Adapter.TrainsEmbeddings ? _arena.Take(tokens * _shape.Hidden) : Input;
        EmbeddedMean = _arena.Take(Below is null ? tokens : 0);
        EmbeddedInverse = _arena.Take(Below is null ? tokens : 0);
        for (int i = 0; i < _layers.Length; i++)
        {
            if (i == 0 || _layers[i] != _layers[i - 1])
            {
                _layers[i].Take(_arena, _shape, chunk, _plan.Adapter, OnlyFirstTokens(i));
            }
        }

        for (int i = 0; i < _reduced.Length; i++)
        {
            _reduced[i] = Training || i == 0 ? _arena.Take(tokens * _rank) : _reduced[0];
        }

        (int bytes, int scales) = _precision == ScoringPrecision.Int8
            ? ByteWeights.RoomLengths(Math.Max(_shape.Hidden, _shape.FeedForward))
            : (0, 0);
        RoundedRows = _arena.Take(bytes);
        RowScales = _arena.Take(scales);
        Pooled = _arena.Take(sequences * _shape.Hidden);
        Logits = _arena.Take(sequences * _plan.Classes);
    }

    /// <summary>Whether a layer is the encoder's last, which computes first tokens only.</summary>
    private bool OnlyFirstTokens(int layer) => _range.First + layer == _shape.Layers - 1;

    private void TakeBackward(PackedChunk chunk)
    {
        long sequences = chunk.Count;
        long hidden = (long)chunk.Tokens * _shape.Hidden;
        long feedForward = (long)chunk.Tokens * _shape.FeedForward;
        GradLogits = _arena.Take(sequences * _plan.Classes);
        GradPooled = _arena.Take(sequences * _shape.Hidden);
        GradFirstTokens = _arena.Take(sequences * _shape.Hidden);
        if (_layers.Length == 0)
        {
            return;
        }

        long probes = sequences * _shape.Heads;
        GradProbes = _arena.Take(probes * _shape.Hidden);
        GradReducedProbes = _arena.Take(probes * _rank);
        GradAverages = _arena.Take(probes * _shape.Hidden);
        GradReducedAverages = _arena.Take(probes * _rank);
        GradFirstScores = _arena.Take((long)chunk.Tokens * _shape.Heads);
        GradHidden = _arena.Take(hidden);
        GradProjections = _arena.Take(3 * hidden);
        GradFirstQueries = _arena.Take(sequences * _shape.Hidden);
        GradContext = _arena.Take(hidden);
        GradMiddleSum = _arena.Take(hidden);
        GradActivated = _arena.Take(feedForward);
        GradOutputSum = _arena.Take(hidden);
        AttentionScratch = _arena.Take(SelfAttention.ScratchLength(chunk.LongestSequence));
        bool bottlenecks = !_plan.Adapter.Bottlenecks.IsEmpty;
        GradBottleneck = _arena.Take(bottlenecks ? (long)chunk.Tokens * _plan.Adapter.BottleneckSize : 0);
        GradBottleneckInput = _arena.Take(bottlenecks ? hidden : 0);
        _gradReduced = _arena.Take(_reduced.Length > 0 ? (long)chunk.Tokens * _rank : 0);
        _dropped = _arena.Take(_plan.Adapter.Dropout > 0 ? Math.Max(hidden, feedForward) : 0);
    }
}
