using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// From the first tokens' vectors to logits: logits = pooled Wᵀ + b, with pooled = tanh(first Wₚᵀ + bₚ) or the vectors themselves.
/// </summary>
internal sealed class Head
{
    private readonly PackedAffine? _frozenPooler;
    private readonly TrainedDense? _trainedPooler;
    private readonly TrainedDense _classifier;
    private readonly bool _encoderTrained;

    /// <param name="encoder">Has the pooler if the plan wants the checkpoint's.</param>
    /// <param name="plan">Names the kind of head.</param>
    /// <param name="layout">Where the head's tensors lie.</param>
    /// <param name="trained">The flat buffer that they lie in.</param>
    public Head(EncoderWeights encoder, TrainablePlan plan, TrainedLayout layout, Memory<float> trained)
    {
        _encoderTrained = plan.Adapter.TrainsEncoder;
        var parameters = new ParameterSource(layout, trained, encoder.Shape);
        _classifier = parameters.Dense(TrainedNames.Classifier);
        switch (plan.Head)
        {
            case ClassificationHead.PretrainedPooler:
                _frozenPooler = new PackedAffine([parameters.Affine(TrainedNames.Pooler, encoder.Pooler!)], backward: _encoderTrained, ScoringPrecision.Single);
                break;
            case ClassificationHead.TrainedPooler:
                _trainedPooler = parameters.Dense(TrainedNames.Pooler);
                break;
        }
    }

    private bool HasPooler => _frozenPooler is not null || _trainedPooler is not null;

    /// <summary>Computes <see cref="Workspace.Logits"/> from the encoder's <see cref="Workspace.Output"/>.</summary>
    public void Forward(Workspace workspace)
    {
        ReadOnlySpan<float> first = workspace.Output.Span;
        Span<float> pooled = workspace.Pooled.Span;
        int rows = workspace.Chunk.Count;
        _frozenPooler?.Forward(first, rows, pooled, workspace);
        _trainedPooler?.Forward(first, rows, pooled);
        if (HasPooler)
        {
            Tanh.Forward(pooled, pooled);
        }

        _classifier.Forward(HasPooler ? pooled : first, rows, workspace.Logits.Span);
    }

    /// <summary>
    /// Accumulates the head's gradients from <see cref="Workspace.GradLogits"/>, and computes <see cref="Workspace.GradFirstTokens"/> if
    /// the encoder has anything to train.
    /// </summary>
    public void Backward(Workspace workspace)
    {
        ReadOnlySpan<float> first = workspace.Output.Span;
        ReadOnlySpan<float> gradLogits = workspace.GradLogits.Span;
        Span<float> gradFirst = _encoderTrained ? workspace.GradFirstTokens.Span : [];
        RowBlock rows = workspace.SequenceRows;
        if (!HasPooler)
        {
            _classifier.Backward(first, rows, gradLogits, gradFirst);
            return;
        }

        ReadOnlySpan<float> pooled = workspace.Pooled.Span;
        Span<float> gradPooled = _encoderTrained || _trainedPooler is not null ? workspace.GradPooled.Span : [];
        _classifier.Backward(pooled, rows, gradLogits, gradPooled);
        if (!gradPooled.IsEmpty)
        {
            Tanh.Backward(pooled, gradPooled, gradPooled);
        }

        _trainedPooler?.Backward(first, rows, gradPooled, gradFirst);
        if (!gradFirst.IsEmpty)
        {
            _frozenPooler?.Backward(first, rows, gradPooled, gradFirst);
        }
    }
}
