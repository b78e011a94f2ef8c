namespace TorchSharp;

public static partial class torch
{
    /// <summary>The first GPU.</summary>
    public static Device CUDA => throw Absent.Member();

    public static Tensor tensor(IList<float> dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        throw Absent.Member();

    public static Tensor tensor(IList<int> dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        throw Absent.Member();

    public static Tensor zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        throw Absent.Member();

    public static Tensor full(
        ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        throw Absent.Member();

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => throw Absent.Member();
}
