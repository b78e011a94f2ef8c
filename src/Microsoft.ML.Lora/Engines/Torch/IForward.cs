using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>A way through encoder and head, without gradients.</summary>
internal interface IForward
{
    /// <summary>Computes the logits of some pairs at once. To be called without gradients; what it returns belongs to the caller's dispose scope.</summary>
    /// <param name="pairs">The pairs; they suit the encoder.</param>
    /// <param name="observed">Whether what goes into the last layer is wanted too.</param>
    ForwardResult Run(EncodedPair[] pairs, bool observed);
}
