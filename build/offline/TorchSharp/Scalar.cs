namespace TorchSharp;

public sealed class Scalar : IDisposable
{
    private Scalar()
    {
    }

    public static implicit operator Scalar(int value) => throw Absent.Member();

    public static implicit operator Scalar(float value) => throw Absent.Member();

    public static implicit operator Scalar(double value) => throw Absent.Member();

    public void Dispose() => throw Absent.Member();
}
