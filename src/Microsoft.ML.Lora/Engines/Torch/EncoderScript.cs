using Microsoft.ML.Lora.Engines.Torch.Kernels;
using Microsoft.ML.Lora.Models;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// The encoder and its gradients as TorchScript (Scripts/encoder.py) behind scripts of attention and of its other pieces. A pass is one call of the device library, which
/// records nothing for autograd and keeps only what the gradients read; sequences lie one behind the other, without padding. N tokens of n
/// sequences, H hidden.
/// </summary>
internal sealed class EncoderScript
{
    private const string FusedPieces = "pieces_fused.py";

    private static readonly Lazy<EncoderScript> OfLibrary = new(() => OnGpu("attention_library.py", "pieces_library.py"));
    private static readonly Lazy<EncoderScript> OfFused = new(() => OnGpu("attention_library.py", FusedPieces));
    private static readonly Lazy<EncoderScript> OfFusedAttention = new(() => OnGpu("attention_fused.py", FusedPieces));

    private readonly torch.jit.CompilationUnit _unit;

    /// <param name="attention">TorchScript that has what Scripts/attention_library.py has.</param>
    /// <param name="pieces">The script of the other pieces.</param>
    internal EncoderScript(string attention, string pieces = "pieces_library.py")
    {
        IsFused = pieces == FusedPieces;
        _unit = torch.jit.compile(string.Join("\n\n", DeviceSource.Text("operations.py"), attention, DeviceSource.Text(pieces), DeviceSource.Text("encoder.py")));
    }

    /// <summary>By the device library's own operators, with its attention over packed sequences, which CUDA devices have; compiled once a process.</summary>
    public static EncoderScript Library => OfLibrary.Value;

    /// <summary>Where <see cref="FusedOperators.Prepare"/> finds nothing against it: by operators of ours, but for attention.</summary>
    public static EncoderScript Fused => OfFused.Value;

    /// <summary>Where <see cref="FusedOperators.PrepareAttention"/> finds nothing against it either: attention too.</summary>
    public static EncoderScript FusedAttention => OfFusedAttention.Value;

    /// <summary>Whether it calls operators of ours, so that other kernels of ours serve beside it.</summary>
    public bool IsFused { get; }

    /// <summary>Whether the attention kernels take an encoder: its heads' vectors are multiples of 16 bytes.</summary>
    /// <param name="shape">The encoder.</param>
    /// <param name="type">What is computed in.</param>
    public static bool Serves(EncoderShape shape, torch.ScalarType type) => shape.HeadSize % (type == torch.ScalarType.BFloat16 ? 8 : 4) == 0;

    /// <summary>
    /// Room on the host for 32-bit integers on their way to a device, as they come: for a GPU the device library keeps it from others until a copy that was not
    /// waited for is done, even if it is disposed of before.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="place">The device.</param>
    public Tensor Room(int count, TorchPlace place) => (Tensor)Call("room", count, place.Device.type == DeviceType.CUDA);

    /// <summary>The output for the first token of each sequence, (n, H), and what the gradients read of it, or what goes into the last layer, (N, H).</summary>
    /// <param name="shape">The encoder.</param>
    /// <param name="tokens">The sequences.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="keep">What is kept for gradients.</param>
    /// <param name="observed">Whether what goes into the last layer is asked for; nothing is kept for gradients then.</param>
    public (Tensor Output, Tensor[] Kept) Forward(EncoderShape shape, PackedTokens tokens, PackedWeights weights, KeptLayers keep, bool observed = false)
    {
        using Scalar epsilon = (double)shape.NormEpsilon;
        var found = (Tensor[])Call(
            "forward", tokens.Numbers, tokens.Rows, tokens.Longest, weights.Tables, weights.Layers, shape.Heads, NumberOf(shape.Activation),
            keep.First, keep.Activated, observed, epsilon);
        return (found[0], found[1..]);
    }

    /// <summary>Writes gradients of matrices.</summary>
    /// <param name="shape">The encoder.</param>
    /// <param name="tokens">The sequences.</param>
    /// <param name="weights">The weights that the forward pass read.</param>
    /// <param name="kept">What it kept.</param>
    /// <param name="gradient">By its output for first tokens, (n, H).</param>
    /// <param name="wanted">Where to.</param>
    public void Backward(EncoderShape shape, PackedTokens tokens, PackedWeights weights, Tensor[] kept, Tensor gradient, MatrixGradients wanted) =>
        _ = Call(
            "backward", gradient, tokens.Numbers, tokens.Rows, tokens.Longest, kept, weights.Layers, wanted.Wanted, wanted.Parts.First, wanted.Parts.Step,
            shape.Heads, NumberOf(shape.Activation));

    /// <summary>
    /// The loss, Σ shareᵢ · log softmax(logitsᵢ)[classᵢ], (1, 1), and its gradient by the output for first tokens, (n, H), of that output's type. Adds the
    /// head's gradients.
    /// </summary>
    /// <param name="first">The output for first tokens, (n, H).</param>
    /// <param name="tokens">The sequences, with their classes and shares.</param>
    /// <param name="weights">The classifier's weight and bias, and the pooler's where there is one.</param>
    /// <param name="gradients">Their gradients, added to; without the pooler's where it is frozen.</param>
    public (Tensor Loss, Tensor Gradient) Head(Tensor first, PackedTokens tokens, Tensor[] weights, Tensor[] gradients)
    {
        var found = (Tensor[])Call("head", first, tokens.Labels!, tokens.Shares!, weights, gradients);
        return (found[0], found[1]);
    }

    private static EncoderScript OnGpu(string attention, string pieces) => new($"{DeviceSource.Text("attention_packed.py")}\n\n{DeviceSource.Text(attention)}", pieces);

    private object Call(string name, params object[] arguments)
    {
        FusedOperators.ForgetFault();
        object found = _unit.invoke(name, arguments);
        FusedOperators.ThrowIfFailed();
        return found;
    }

    private static int NumberOf(Activation activation) => activation switch
    {
        Activation.Gelu => 0,
        Activation.GeluTanh => 1,
        Activation.Relu => 2,
        _ => throw new InvalidOperationException($"The activation {activation} was let through, but is not computed here."),
    };
}
