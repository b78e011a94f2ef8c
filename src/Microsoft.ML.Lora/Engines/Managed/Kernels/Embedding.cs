using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>The input of an encoder's first layer before normalisation: word + position + segment vectors (Devlin et al., 2018).</summary>
internal static unsafe class Embedding
{
    /// <summary>sum[i] = words[wordIds[i]] + positions[positionIds[i]] + segments[segmentIds[i]].</summary>
    /// <param name="words">(vocabulary, hidden).</param>
    /// <param name="wordIds">A row of words for each token.</param>
    /// <param name="positions">(positions, hidden).</param>
    /// <param name="positionIds">A row of positions for each token.</param>
    /// <param name="segments">(segments, hidden), or empty for an encoder without them.</param>
    /// <param name="segmentIds">A row of segments for each token; not looked at if segments is empty.</param>
    /// <param name="hidden">Numbers in a vector, at least 1.</param>
    /// <param name="sum">(tokens, hidden). Overwritten.</param>
    /// <exception cref="ArgumentException">An id has no row in its table, or a size does not fit.</exception>
    public static void Forward(
        ReadOnlySpan<float> words, ReadOnlySpan<int> wordIds, ReadOnlySpan<float> positions, ReadOnlySpan<int> positionIds,
        ReadOnlySpan<float> segments, ReadOnlySpan<int> segmentIds, int hidden, Span<float> sum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hidden);
        CheckIds(wordIds, wordIds.Length, words.Length / hidden, nameof(wordIds));
        CheckIds(positionIds, wordIds.Length, positions.Length / hidden, nameof(positionIds));
        if (!segments.IsEmpty)
        {
            CheckIds(segmentIds, wordIds.Length, segments.Length / hidden, nameof(segmentIds));
        }

        Extent.Check(sum.Length, wordIds.Length, hidden, nameof(sum));
        fixed (float* pw = words, pp = positions, ps = segments, target = sum)
        {
            for (int i = 0; i < wordIds.Length; i++)
            {
                float* word = pw + ((nint)wordIds[i] * hidden);
                float* position = pp + ((nint)positionIds[i] * hidden);
                float* segment = segments.IsEmpty ? null : ps + ((nint)segmentIds[i] * hidden);
                if (Vector512.IsHardwareAccelerated)
                {
                    Add<Lanes512>(word, position, segment, hidden, target + ((nint)i * hidden));
                }
                else if (Vector256.IsHardwareAccelerated)
                {
                    Add<Lanes256>(word, position, segment, hidden, target + ((nint)i * hidden));
                }
                else if (Vector128.IsHardwareAccelerated)
                {
                    Add<Lanes128>(word, position, segment, hidden, target + ((nint)i * hidden));
                }
                else
                {
                    Add<ScalarLane>(word, position, segment, hidden, target + ((nint)i * hidden));
                }
            }
        }
    }

    /// <summary>gradTable[ids[i]] += gradSum[i], one token after the other: the gradient of <see cref="Forward"/> for one of its tables.</summary>
    /// <param name="gradSum">(tokens, hidden).</param>
    /// <param name="ids">A row of the table for each token.</param>
    /// <param name="hidden">Numbers in a vector, at least 1.</param>
    /// <param name="gradTable">(rows of the table, hidden). Accumulated into.</param>
    /// <exception cref="ArgumentException">An id has no row in the table, or a size does not fit.</exception>
    public static void GradAdd(ReadOnlySpan<float> gradSum, ReadOnlySpan<int> ids, int hidden, Span<float> gradTable)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hidden);
        CheckIds(ids, ids.Length, gradTable.Length / hidden, nameof(ids));
        Extent.Check(gradSum.Length, ids.Length, hidden, nameof(gradSum));
        for (int i = 0; i < ids.Length; i++)
        {
            Span<float> row = gradTable.Slice(ids[i] * hidden, hidden);
            TensorPrimitives.Add(row, gradSum.Slice(i * hidden, hidden), row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<V>(float* word, float* position, float* segment, int hidden, float* sum)
        where V : struct, IMathLanes<V>
    {
        int i = 0;
        for (; i <= hidden - V.Count; i += V.Count)
        {
            V added = V.Load(word + i) + V.Load(position + i);
            V.Store(sum + i, segment == null ? added : added + V.Load(segment + i));
        }

        int rest = hidden - i;
        if (rest > 0)
        {
            V added = V.Load(word + i, rest, default) + V.Load(position + i, rest, default);
            V.Store(sum + i, rest, segment == null ? added : added + V.Load(segment + i, rest, default));
        }
    }

    private static void CheckIds(ReadOnlySpan<int> ids, int tokens, int rows, string name)
    {
        if (ids.Length != tokens)
        {
            throw new ArgumentException($"'{name}' holds {ids.Length} ids for {tokens} tokens.", name);
        }

        foreach (int id in ids)
        {
            if ((uint)id >= (uint)rows)
            {
                throw new ArgumentException($"'{name}' holds {id}, but its table has rows 0 to {rows - 1}.", name);
            }
        }
    }
}
