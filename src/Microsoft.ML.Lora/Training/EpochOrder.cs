using System.Globalization;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Training;

/// <summary>
/// The order in which one epoch meets the pairs. It follows from seed and epoch alone, so a resumed run meets the same pairs
/// without having to remember them.
/// </summary>
internal sealed class EpochOrder
{
    private readonly LabeledPairs _data;
    private readonly float[] _classWeights;
    private readonly int[] _order;
    private readonly bool[]? _swap;

    // Reused by every batch, so that a step allocates nothing.
    private readonly EncodedPair[] _pairs;
    private readonly int[] _labels;
    private readonly float[] _weights;

    /// <param name="data">What to go through.</param>
    /// <param name="batchSize">The most pairs a batch may have.</param>
    /// <param name="classWeights">The weight of a pair of each class.</param>
    public EpochOrder(LabeledPairs data, int batchSize, float[] classWeights)
    {
        _data = data;
        _classWeights = classWeights;
        _order = new int[data.Count];
        _swap = data.Swapped is null ? null : new bool[data.Count];
        int most = Math.Min(batchSize, data.Count);
        _pairs = new EncodedPair[most];
        _labels = new int[most];
        _weights = new float[most];
    }

    /// <summary>Batches in one epoch; the last one may be smaller.</summary>
    public int Batches => (_order.Length + _pairs.Length - 1) / _pairs.Length;

    /// <summary>Draws the order of an epoch.</summary>
    public void Draw(ulong seed, int epoch)
    {
        var random = new SeededRandom(SeededRandom.Derive(seed, string.Create(CultureInfo.InvariantCulture, $"order of epoch {epoch}")));
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        random.Shuffle(_order.AsSpan());
        if (_swap is not null)
        {
            foreach (ref bool swap in _swap.AsSpan())
            {
                swap = random.NextInt(2) == 1;
            }
        }
    }

    /// <summary>One batch of the epoch. Its spans hold until the next call.</summary>
    public TrainingBatch Batch(int index)
    {
        int start = index * _pairs.Length;
        int count = Math.Min(_pairs.Length, _order.Length - start);
        for (int i = 0; i < count; i++)
        {
            int row = _order[start + i];
            _pairs[i] = _swap is not null && _swap[row] ? _data.Swapped![row] : _data.Pairs[row];
            _labels[i] = _data.Labels[row];
            _weights[i] = _classWeights[_labels[i]];
        }

        return new TrainingBatch { Pairs = _pairs.AsSpan(0, count), Labels = _labels.AsSpan(0, count), Weights = _weights.AsSpan(0, count) };
    }
}
