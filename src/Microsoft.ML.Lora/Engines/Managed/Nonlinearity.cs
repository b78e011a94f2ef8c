using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Chooses the kernel of an <see cref="Activation"/>.</summary>
internal static class Nonlinearity
{
    /// <summary>y = act(x).</summary>
    /// <param name="activation">act.</param>
    /// <param name="x">Any length.</param>
    /// <param name="y">As long as x. Overwritten.</param>
    public static void Forward(Activation activation, ReadOnlySpan<float> x, Span<float> y)
    {
        switch (activation)
        {
            case Activation.Gelu:
                Gelu.Forward(x, y);
                break;
            case Activation.GeluTanh:
                GeluTanh.Forward(x, y);
                break;
            case Activation.Relu:
                Relu.Forward(x, y);
                break;
            default:
                throw Unknown(activation);
        }
    }

    /// <summary>Turns the gradient of y = act(x) into that of x, in place.</summary>
    /// <param name="activation">act.</param>
    /// <param name="x">Any length.</param>
    /// <param name="gradient">As long as x. Updated.</param>
    public static void Backward(Activation activation, ReadOnlySpan<float> x, Span<float> gradient)
    {
        switch (activation)
        {
            case Activation.Gelu:
                Gelu.Backward(x, gradient, gradient);
                break;
            case Activation.GeluTanh:
                GeluTanh.Backward(x, gradient, gradient);
                break;
            case Activation.Relu:
                Relu.Backward(x, gradient, gradient);
                break;
            default:
                throw Unknown(activation);
        }
    }

    private static InvalidOperationException Unknown(Activation activation) =>
        new($"The activation {activation} was let through, but is not computed here.");
}
