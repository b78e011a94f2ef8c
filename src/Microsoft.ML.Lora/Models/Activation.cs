namespace Microsoft.ML.Lora.Models;

/// <summary>The non-linearity of the feed-forward block.</summary>
internal enum Activation
{
    /// <summary>x · Φ(x) with the exact normal distribution function (<c>gelu</c> in a checkpoint's configuration).</summary>
    Gelu,

    /// <summary>The tanh approximation of GELU (<c>gelu_new</c>, <c>gelu_pytorch_tanh</c>).</summary>
    GeluTanh,

    /// <summary>max(x, 0).</summary>
    Relu,
}
