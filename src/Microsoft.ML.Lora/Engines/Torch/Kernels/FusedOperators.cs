using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>
/// Operators of ours among the device library's: kernels and products that its own operators do not offer in one pass, for scripts to call. They compute
/// in bfloat16 on CUDA devices. Their names stand among its built-in ones, since a script that is compiled outside Python finds no others; all results
/// are written to tensors that the caller made, so that the device library alone takes memory and says when there is none.
/// </summary>
internal static unsafe class FusedOperators
{
    /// <summary>The rows of a warp are held in registers: beyond this they would not fit.</summary>
    private const int MostHidden = 2048;

    /// <summary>bfloat16 in kernels needs it.</summary>
    private static readonly Version LeastCapability = new(8, 0);

    private static readonly Lazy<bool> Registered = new(() =>
    {
        Register();
        return true;
    });

    [ThreadStatic]
    private static ExceptionDispatchInfo? _fault;

    /// <summary>Makes ready what an encoder needs of a GPU.</summary>
    /// <param name="device">The GPU's number.</param>
    /// <param name="hidden">H.</param>
    /// <param name="feedForward">F.</param>
    /// <returns>Why the operators but for attention cannot serve there, or <see langword="null"/> if they can.</returns>
    public static string? Prepare(int device, int hidden, int feedForward)
    {
        if (hidden % 8 != 0 || feedForward % 8 != 0 || hidden > MostHidden)
        {
            return $"a hidden width of {hidden} and a feed-forward width of {feedForward}, where multiples of 8 are needed, the first at most {MostHidden}";
        }

        return FaultOf(() =>
        {
            CudaLibraries.Register();
            CudaDevice gpu = CudaDevice.Of(device);
            if (gpu.Capability < LeastCapability)
            {
                throw new CudaException($"a GPU of compute capability {gpu.Capability}, where {LeastCapability} is needed");
            }

            _ = NormKernels.Of(device, hidden);
            _ = MergeKernel.Of(device);
            using (CudaDevice.Turn turn = gpu.Enter())
            {
                foreach (ProductEpilogue epilogue in Enum.GetValues<ProductEpilogue>())
                {
                    FusedProducts.Of(device).Require(epilogue, 64, hidden, feedForward);
                }
            }

            _ = Registered.Value;
        });
    }

    /// <summary>Makes attention ready, once <see cref="Prepare"/> found nothing against the rest.</summary>
    /// <param name="device">The GPU's number.</param>
    /// <param name="headSize">Numbers of a head's vector.</param>
    /// <returns>Why attention cannot serve there, or <see langword="null"/> if it can, within sequences of at most <see cref="AttentionKernels.MostTokens"/>.</returns>
    public static string? PrepareAttention(int device, int headSize) => AttentionKernels.Serves(headSize)
        ? FaultOf(() => _ = AttentionKernels.Of(device, headSize))
        : $"heads of {headSize}, where multiples of 16 up to 64 are needed";

    /// <summary>Before a script is called: what an earlier one could not do is told already, or was overtaken by what the device library threw.</summary>
    public static void ForgetFault() => _fault = null;

    /// <summary>Throws what an operator could not do in the script that this thread called: it cannot throw through the device library.</summary>
    public static void ThrowIfFailed()
    {
        if (_fault is { } fault)
        {
            _fault = null;
            fault.Throw();
        }
    }

    private static string? FaultOf(Action prepare)
    {
        try
        {
            prepare();
            return null;
        }
        catch (Exception error) when (error is CudaException or DllNotFoundException or EntryPointNotFoundException)
        {
            return error.Message.Split('\n')[0];
        }
    }

    private static void Register()
    {
        fixed (byte* names = "aten\0"u8, file = "LoraMl\0"u8, cuda = "CUDA\0"u8)
        {
            Check(TensorImports.Fragment(names, file, 1, out nint schemas));
            Check(TensorImports.Implementations(names, cuda, file, 2, out nint implementations));
            Add(
                schemas, implementations, "loraml_add_norm",
                "(Tensor(a!) x, Tensor residual, Tensor gain, Tensor bias, Tensor(b!) output, Tensor(c!) statistics, float epsilon, bool keep) -> ()", &AddNorm);
            Add(
                schemas, implementations, "loraml_embed_norm",
                "(Tensor numbers, Tensor words, Tensor positions, Tensor segments, Tensor gain, Tensor bias, Tensor(a!) output, float epsilon, bool segmented) -> ()",
                &EmbedNorm);
            Add(schemas, implementations, "loraml_norm_gradient", "(Tensor(a!) gradient, Tensor x, Tensor statistics, Tensor gain) -> ()", &NormGradient);
            Add(
                schemas, implementations, "loraml_dense_gelu",
                "(Tensor x, Tensor weight, Tensor bias, Tensor(a!) active, Tensor(b!) inner, Tensor(c!) workspace, bool keep) -> ()", &DenseGelu);
            Add(
                schemas, implementations, "loraml_gelu_gradient",
                "(Tensor gradient, Tensor weight, Tensor inner, Tensor(a!) result, Tensor(b!) workspace) -> ()", &GeluGradient);
            Add(
                schemas, implementations, "loraml_attend",
                "(Tensor queries, Tensor others, Tensor query_starts, Tensor starts, Tensor(a!) output, Tensor(b!) logs, int longest, int heads) -> ()", &Attend);
            Add(
                schemas, implementations, "loraml_attend_gradient",
                "(Tensor gradient, Tensor queries, Tensor others, Tensor output, Tensor logs, Tensor query_starts, Tensor starts, Tensor(a!) by_queries, "
                + "Tensor(b!) by_others, int longest, int heads) -> ()", &AttendGradient);
        }
    }

    private static void Add(nint schemas, nint implementations, string name, string schema, delegate* unmanaged<ulong*, ulong, ulong, void> operation)
    {
        Check(TensorImports.Define(schemas, name + schema));
        Check(TensorImports.Implement(implementations, name, operation));
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new CudaException("The device library does not take operators from outside.");
        }
    }

    [UnmanagedCallersOnly]
    private static void AddNorm(ulong* arguments, ulong count, ulong results) => Run(new OperatorCall(arguments, 6), static (call, device, stream) =>
    {
        TensorArgument x = call.Tensor(0);
        NormKernels.Of(device, x.Columns).AddNorm(x, call.Tensor(1), call.Tensor(2), call.Tensor(3), call.Tensor(4), call.Tensor(5), call.Float(6), call.Bool(7), stream);
    });

    [UnmanagedCallersOnly]
    private static void EmbedNorm(ulong* arguments, ulong count, ulong results) => Run(new OperatorCall(arguments, 7), static (call, device, stream) =>
    {
        TensorArgument output = call.Tensor(6);
        NormKernels.Of(device, output.Columns).EmbedNorm(
            call.Tensor(0), call.Tensor(1), call.Tensor(2), call.Bool(8) ? call.Tensor(3) : null, call.Tensor(4), call.Tensor(5), output, call.Float(7), stream);
    });

    [UnmanagedCallersOnly]
    private static void NormGradient(ulong* arguments, ulong count, ulong results) => Run(new OperatorCall(arguments, 4), static (call, device, stream) =>
    {
        TensorArgument gradient = call.Tensor(0);
        NormKernels.Of(device, gradient.Columns).NormGradient(gradient, call.Tensor(1), call.Tensor(2), call.Tensor(3), stream);
    });

    [UnmanagedCallersOnly]
    private static void DenseGelu(ulong* arguments, ulong count, ulong results) => Run(new OperatorCall(arguments, 6), static (call, device, stream) =>
        FusedProducts.Of(device).DenseGelu(
            call.Tensor(0), call.Tensor(1), call.Tensor(2), call.Tensor(3), call.Bool(6) ? call.Tensor(4) : null, call.Tensor(5), stream));

    [UnmanagedCallersOnly]
    private static void GeluGradient(ulong* arguments, ulong count, ulong results) => Run(new OperatorCall(arguments, 5), static (call, device, stream) =>
        FusedProducts.Of(device).GeluGradient(call.Tensor(0), call.Tensor(1), call.Tensor(2), call.Tensor(3), call.Tensor(4), stream));

    [UnmanagedCallersOnly]
    private static void Attend(ulong* arguments, ulong count, ulong results) => Run(new OperatorCall(arguments, 6), static (call, device, stream) =>
    {
        TensorArgument output = call.Tensor(4);
        (int longest, int heads) = (call.Int(6), call.Int(7));
        var vectors = new AttentionVectors(call.Tensor(0), call.Tensor(1), call.Tensor(2), call.Tensor(3), output.Columns);
        AttentionKernels.Of(device, output.Columns / heads).Attend(vectors, output, call.Tensor(5), longest, heads, stream);
    });

    [UnmanagedCallersOnly]
    private static void AttendGradient(ulong* arguments, ulong count, ulong results) => Run(new OperatorCall(arguments, 9), static (call, device, stream) =>
    {
        TensorArgument output = call.Tensor(3);
        (TensorArgument queryStarts, TensorArgument starts) = (call.Tensor(5), call.Tensor(6));
        (int longest, int heads) = (call.Int(9), call.Int(10));
        AttentionKernels.Of(device, output.Columns / heads).Gradient(
            call.Tensor(0), output, call.Tensor(4), new AttentionVectors(call.Tensor(1), call.Tensor(2), queryStarts, starts, output.Columns),
            new AttentionVectors(call.Tensor(7), call.Tensor(8), queryStarts, starts, output.Columns), longest, heads, stream);
    });

    private static void Run(OperatorCall call, Operation operation)
    {
        try
        {
            int device = call.Device;
            using CudaDevice.Turn turn = CudaDevice.Of(device).Enter();
            operation(call, device, OperatorCall.StreamOf(device));
        }
        catch (Exception error)
        {
            _fault ??= ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            call.Release();
        }
    }

    private delegate void Operation(OperatorCall call, int device, nint stream);
}
