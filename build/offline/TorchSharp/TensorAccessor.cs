namespace TorchSharp.Utils;

public sealed class TensorAccessor<T> : IDisposable
    where T : unmanaged
{
    private TensorAccessor()
    {
    }

    public T[] ToArray() => throw Absent.Member();

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0) => throw Absent.Member();

    public void Dispose() => throw Absent.Member();
}
