namespace Microsoft.ML.Lora.Tests.Architecture.SampleHouse.Lower.Kernels;

internal static class Kernel
{
    public static int Run(ReadOnlySpan<int> values) => values.Length;
}

internal static class UsesWord
{
    public static Word? Method() => null;
}
