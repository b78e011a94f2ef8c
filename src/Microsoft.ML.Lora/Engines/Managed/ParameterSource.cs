using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Finds the tensors that parts of the network read: the trained ones in the flat buffer, and all others in the checkpoint.</summary>
/// <param name="layout">Where the trained tensors lie.</param>
/// <param name="trained">The flat buffer that they lie in.</param>
/// <param name="shape">The encoder's sizes.</param>
internal sealed class ParameterSource(TrainedLayout layout, Memory<float> trained, EncoderShape shape)
{
    /// <summary>One tensor.</summary>
    /// <param name="name">Its name, by <see cref="TrainedNames"/>.</param>
    /// <param name="frozen">What the checkpoint has.</param>
    public Parameter Tensor(string name, float[] frozen) => layout.Find(name) is { } tensor ? new Parameter(tensor, trained) : new Parameter(frozen);

    /// <summary>The tensors of an affine map.</summary>
    public AffineParameters Affine(string module, Affine frozen) => new(
        Tensor(TrainedNames.Weight(module), frozen.Weight.Values), Tensor(TrainedNames.Bias(module), frozen.Bias), frozen.In, frozen.Out);

    /// <summary>A normalisation.</summary>
    public Normalizer Normalizer(string module, Normalization frozen) =>
        new(Tensor(TrainedNames.Weight(module), frozen.Gain), Tensor(TrainedNames.Bias(module), frozen.Bias), shape);

    /// <summary>A dense layer that the checkpoint lacks, or that starts from the checkpoint's.</summary>
    public TrainedDense Dense(string module)
    {
        TrainedTensor weight = layout[TrainedNames.Weight(module)];
        return new(new(new(weight, trained), Trained(TrainedNames.Bias(module)), In: weight.Shape[1], Out: weight.Shape[0]));
    }

    /// <summary>A normalisation that the checkpoint lacks.</summary>
    public Normalizer Normalizer(string module) => new(Trained(TrainedNames.Weight(module)), Trained(TrainedNames.Bias(module)), shape);

    private Parameter Trained(string name) => new(layout[name], trained);
}
