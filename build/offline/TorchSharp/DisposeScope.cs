namespace TorchSharp;

public sealed class DisposeScope : IDisposable
{
    private DisposeScope()
    {
    }

    public void Dispose() => throw Absent.Member();
}
