using Microsoft.ML.Lora.Primitives;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Loss and gradients of some pairs, in one go.</summary>
internal interface IGradientPass
{
    /// <summary>Adds the gradients of Σ shareᵢ · log softmax(logitsᵢ)[labelᵢ] to those of the trained tensors.</summary>
    /// <param name="pairs">The pairs; they suit the encoder.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="shares">Each pair's weight in the mean, negative.</param>
    /// <param name="dropout">Dropout before updates; <see langword="null"/> for none.</param>
    /// <returns>That sum, on the device, in the caller's dispose scope.</returns>
    Tensor Add(ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<int> labels, ReadOnlySpan<float> shares, InputDropout? dropout);

    /// <summary>Sets the device to work on what the next pass needs of the trained tensors as they are now, as far as that takes no memory.</summary>
    void Prepare();

    /// <summary>The way through the network with the trained tensors as they are now. What it reads belongs to the caller's dispose scope.</summary>
    IForward Forward();
}
