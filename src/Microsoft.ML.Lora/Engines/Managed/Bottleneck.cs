using System.Numerics.Tensors;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// A bottleneck adapter with its skip connection, y = h + act(n Dᵀ + d) Uᵀ + u, with n = h (Houlsby et al., arXiv 1902.00751) or
/// n = LN(h) (Lin et al., arXiv 2004.03829). M rows, H hidden, m width; D (m, H), U (H, m).
/// </summary>
/// <param name="down">D and d.</param>
/// <param name="up">U and u.</param>
/// <param name="activation">act.</param>
/// <param name="normalizer">LN; <see langword="null"/> for none.</param>
internal sealed class Bottleneck(TrainedDense down, TrainedDense up, Activation activation, Normalizer? normalizer)
{
    /// <summary>Turns h into y.</summary>
    /// <param name="hidden">(M, H): h. Overwritten with y.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="kept">Keeps what the backward pass needs.</param>
    public void Forward(Span<float> hidden, int rows, BottleneckActivations kept)
    {
        Span<float> input = kept.Input.Span;
        hidden[..input.Length].CopyTo(input);
        normalizer?.Forward(input, rows, kept.Normal.Span, kept.Mean.Span, kept.Inverse.Span);
        down.Forward(Narrowed(kept), rows, kept.Preactivation.Span);
        Nonlinearity.Forward(activation, kept.Preactivation.Span, kept.Activated.Span);
        up.Forward(kept.Activated.Span, rows, hidden);
        TensorPrimitives.Add(hidden[..input.Length], input, hidden);
    }

    /// <summary>Accumulates the gradients of all that is trained here, and computes that of h from that of y.</summary>
    /// <param name="gradY">(M, H).</param>
    /// <param name="rows">The rows.</param>
    /// <param name="kept">As <see cref="Forward"/> left it.</param>
    /// <param name="workspace">Has the room.</param>
    /// <returns>The gradient of h, (M, H), until the next bottleneck's.</returns>
    public ReadOnlySpan<float> Backward(ReadOnlySpan<float> gradY, RowBlock rows, BottleneckActivations kept, Workspace workspace)
    {
        Span<float> gradNarrow = workspace.GradBottleneck.Span[..kept.Activated.Length];
        Span<float> gradHidden = workspace.GradBottleneckInput.Span[..kept.Input.Length];
        up.Backward(kept.Activated.Span, rows, gradY, gradNarrow);
        Nonlinearity.Backward(activation, kept.Preactivation.Span, gradNarrow);
        down.Backward(Narrowed(kept), rows, gradNarrow, gradHidden);
        normalizer?.Backward(gradHidden, kept.Input.Span, rows, kept.Mean.Span, kept.Inverse.Span, gradHidden);
        TensorPrimitives.Add(gradHidden, gradY[..gradHidden.Length], gradHidden);
        return gradHidden;
    }

    /// <summary>n.</summary>
    private ReadOnlySpan<float> Narrowed(BottleneckActivations kept) => (normalizer is null ? kept.Input : kept.Normal).Span;
}
