using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>
/// One call of an operator of ours: its arguments, each in 8 bytes; tensors come first. The device library handed the tensors over with the call, so
/// that they are let go of here.
/// </summary>
internal readonly unsafe ref struct OperatorCall
{
    private readonly ulong* _arguments;
    private readonly int _tensors;

    /// <param name="arguments">The arguments.</param>
    /// <param name="tensors">How many of them are tensors.</param>
    public OperatorCall(ulong* arguments, int tensors)
    {
        _arguments = arguments;
        _tensors = tensors;
    }

    /// <summary>The number of the GPU that the tensors lie on.</summary>
    public int Device
    {
        get
        {
            Check(TensorImports.DeviceIndex((nint)_arguments[0], out int index));
            return index;
        }
    }

    /// <summary>The stream on which the device library puts work for a GPU.</summary>
    /// <param name="device">The GPU's number.</param>
    public static nint StreamOf(int device)
    {
        Check(TensorImports.CurrentStream(device, out nint stream));
        return stream;
    }

    /// <summary>A tensor.</summary>
    /// <param name="index">Which argument.</param>
    /// <exception cref="InvalidOperationException">Its rows do not lie one behind the other.</exception>
    public TensorArgument Tensor(int index)
    {
        nint tensor = (nint)_arguments[index];
        Check(TensorImports.Dimensions(tensor, out long dimensions));
        Check(TensorImports.Size(tensor, 0, out long rows));
        long columns = 1;
        long between = 1;
        if (dimensions > 1)
        {
            Check(TensorImports.Size(tensor, 1, out columns));
            Check(TensorImports.Stride(tensor, 1, out between));
        }

        Check(TensorImports.Stride(tensor, 0, out long step));
        if (dimensions > 2 || between != 1 || (rows > 1 && step != columns))
        {
            throw new InvalidOperationException(
                $"Argument {index} of an operator is no matrix whose rows lie one behind the other: {dimensions} dimensions, {rows} × {columns}, {step} and {between} apart.");
        }

        Check(TensorImports.Data(tensor, out nint pointer));
        return new TensorArgument(pointer, checked((int)rows), checked((int)columns));
    }

    /// <summary>A number.</summary>
    /// <param name="index">Which argument.</param>
    public float Float(int index) => (float)BitConverter.UInt64BitsToDouble(_arguments[index]);

    /// <summary>A whole number.</summary>
    /// <param name="index">Which argument.</param>
    public int Int(int index) => checked((int)(long)_arguments[index]);

    /// <summary>Yes or no.</summary>
    /// <param name="index">Which argument.</param>
    public bool Bool(int index) => *(bool*)(_arguments + index);

    /// <summary>Lets go of the tensors.</summary>
    public void Release()
    {
        for (int i = 0; i < _tensors; i++)
        {
            _ = TensorImports.Delete((nint)_arguments[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new CudaException("The device library does not say what an operator's arguments are.");
        }
    }
}
