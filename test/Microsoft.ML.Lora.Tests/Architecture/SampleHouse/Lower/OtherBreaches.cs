using System.Text.Json;
using Microsoft.ML.Lora.Tests.Architecture.SampleHouse.Lower.Kernels;

namespace Microsoft.ML.Lora.Tests.Architecture.SampleHouse.Lower;

public static class PublicInside
{
}

internal static class UsesDoor
{
    public static object Method() => Door.Open();
}

internal static class UsesJson
{
    public static JsonElement Method() => default;
}

internal static class UsesKernel
{
    public static int Method() => Kernel.Run([1]);
}

internal sealed record KeepsTheLaw(Word Word);
