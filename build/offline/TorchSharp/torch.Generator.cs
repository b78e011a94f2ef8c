namespace TorchSharp;

public static partial class torch
{
    public class Generator : IDisposable
    {
        public Generator(ulong seed = 0, Device? device = null) => throw Absent.Member();

        public void Dispose() => throw Absent.Member();
    }
}
