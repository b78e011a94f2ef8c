using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The members of a tensor that the extension calls.</summary>
    public partial class Tensor : IDisposable
    {
        internal Tensor()
        {
        }

        public static long TotalCount => 0;

        public Device device => throw Absent.Member();

        public IntPtr Handle => throw Absent.Member();

        public Span<byte> bytes => throw Absent.Member();

        public ScalarType dtype => throw Absent.Member();

        public long[] shape => throw Absent.Member();

        public Tensor? grad
        {
            get => throw Absent.Member();
            set => throw Absent.Member();
        }

        public long stride(int dim) => throw Absent.Member();

        public long numel() => throw Absent.Member();

        public void Dispose() => throw Absent.Member();

        public Tensor MoveToOuterDisposeScope() => throw Absent.Member();

        public Tensor DetachFromDisposeScope() => throw Absent.Member();

        public Tensor requires_grad_(bool requires_grad = true) => throw Absent.Member();

        public void backward() => throw Absent.Member();

        public Tensor detach() => throw Absent.Member();

        public Tensor clone() => throw Absent.Member();

        public Tensor contiguous() => throw Absent.Member();

        public Tensor pin_memory() => throw Absent.Member();

        public Tensor cpu() => throw Absent.Member();

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => throw Absent.Member();

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => throw Absent.Member();

        public TensorAccessor<T> data<T>()
            where T : unmanaged => throw Absent.Member();

        public Tensor copy_(Tensor source, bool nonBlocking = false) => throw Absent.Member();

        public Tensor zero_() => throw Absent.Member();

        public Tensor view(params long[] shape) => throw Absent.Member();

        public Tensor reshape(params long[] shape) => throw Absent.Member();

        public Tensor permute(params long[] permutation) => throw Absent.Member();

        public Tensor transpose(long dim0, long dim1) => throw Absent.Member();

        public Tensor narrow(long dim, long start, long length) => throw Absent.Member();

        public Tensor select(long dim, long index) => throw Absent.Member();

        public Tensor index_select(long dim, Tensor index) => throw Absent.Member();

        public Tensor gather(long dim, Tensor index) => throw Absent.Member();

        public Tensor[] unbind(long dimension = 0L) => throw Absent.Member();

        public Tensor[] split(params long[] sizes) => throw Absent.Member();
    }
}
