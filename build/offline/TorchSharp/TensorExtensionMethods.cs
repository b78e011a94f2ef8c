namespace TorchSharp;

public static class TensorExtensionMethods
{
    public static float ToSingle(this torch.Tensor value) => throw Absent.Member();

    public static bool ToBoolean(this torch.Tensor value) => throw Absent.Member();
}
