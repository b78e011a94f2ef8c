using System.Runtime.InteropServices;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Scores any number of pairs, window by window: a window is sorted by length and goes to the device in passes of about as many tokens each. A pass
/// that the device has no room for goes in halves.
/// </summary>
/// <param name="shape">The encoder.</param>
/// <param name="classes">Logits of each pair.</param>
internal sealed class BatchScoring(EncoderShape shape, int classes)
{
    /// <summary>Pairs taken in at once, so that memory does not grow with the call.</summary>
    private const int WindowPairs = 8192;

    /// <summary>Tokens of one pass, padding included: enough to keep a large GPU busy, and some hundred MB of activations at most.</summary>
    private const int PassTokens = 32768;

    /// <summary>Computes the logits of any number of pairs. To be called without gradients, in a dispose scope.</summary>
    /// <param name="forward">The way through the network.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="logits">(pairs, classes). Overwritten.</param>
    /// <param name="observer">Is shown each pair; <see langword="null"/> for logits alone.</param>
    /// <exception cref="ArgumentException">The room for logits is of another size, or a sequence does not suit the encoder.</exception>
    /// <exception cref="ExternalException">The device failed, or has no room for a single pair.</exception>
    public void Run(IForward forward, ReadOnlySpan<EncodedPair> pairs, Span<float> logits, IPairObserver? observer)
    {
        LogitRoom.Check(pairs.Length, classes, logits);
        for (int i = 0; i < pairs.Length; i++)
        {
            PairCheck.Check(pairs[i], i, shape);
        }

        for (int first = 0; first < pairs.Length; first += WindowPairs)
        {
            int count = Math.Min(WindowPairs, pairs.Length - first);
            ScoreWindow(forward, pairs.Slice(first, count), logits.Slice(first * classes, count * classes), first, observer);
        }
    }

    /// <summary>The parts of a window, sorted by length, that make a pass each: as many pairs as come to no more than the pass's tokens, or one.</summary>
    internal static List<int[]> Passes(ReadOnlySpan<EncodedPair> pairs)
    {
        var lengths = new int[pairs.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = pairs[i].Length;
        }

        int[] order = PairGroups.Order(lengths);
        var passes = new List<int[]>();
        for (int start = 0; start < order.Length;)
        {
            int end = start + 1;
            while (end < order.Length && (end + 1 - start) * lengths[order[end]] <= PassTokens)
            {
                end++;
            }

            passes.Add(order[start..end]);
            start = end;
        }

        return passes;
    }

    private void ScoreWindow(IForward forward, ReadOnlySpan<EncodedPair> pairs, Span<float> logits, int firstNumber, IPairObserver? observer)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var found = new List<Tensor>();
        var numbers = new List<int>();
        foreach (int[] pass in Passes(pairs))
        {
            ScorePart(pass, pairs);
        }

        void ScorePart(int[] part, ReadOnlySpan<EncodedPair> window)
        {
            var chosen = new EncodedPair[part.Length];
            for (int i = 0; i < part.Length; i++)
            {
                chosen[i] = window[part[i]];
            }

            try
            {
                (Tensor partLogits, int[] order) = ScorePass(forward, chosen, i => firstNumber + part[i], observer);
                found.Add(partLogits);
                numbers.AddRange(order.Select(i => part[i]));
            }
            catch (ExternalException error) when (part.Length > 1 && DeviceFault.IsOutOfMemory(error))
            {
                ScorePart(part[..(part.Length / 2)], window);
                ScorePart(part[(part.Length / 2)..], window);
            }
        }

        // Every pass is on its way before the first result is waited for.
        float[] values = HostCopy.Of(torch.cat(found.ToArray()));
        for (int i = 0; i < numbers.Count; i++)
        {
            values.AsSpan(i * classes, classes).CopyTo(logits[(numbers[i] * classes)..]);
        }
    }

    private (Tensor Logits, int[] Order) ScorePass(IForward forward, EncodedPair[] pairs, Func<int, int> numberOf, IPairObserver? observer)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        ForwardResult found = forward.Run(pairs, observer is not null);
        if (observer is not null)
        {
            float[] tokens = HostCopy.Of(found.Tokens!);
            for (int i = 0; i < pairs.Length; i++)
            {
                EncodedPair pair = pairs[found.Order[i]];
                observer.Observe(numberOf(found.Order[i]), pair, tokens.AsSpan(found.FirstRows[i] * shape.Hidden, pair.Length * shape.Hidden));
            }
        }

        return (found.Logits.MoveToOuterDisposeScope(), found.Order);
    }
}
