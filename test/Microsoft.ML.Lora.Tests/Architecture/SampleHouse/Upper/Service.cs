using System.Text.Json;
using Microsoft.ML.Lora.Tests.Architecture.SampleHouse.Lower;

namespace Microsoft.ML.Lora.Tests.Architecture.SampleHouse.Upper;

/// <summary>Uses what the law allows it: its own folder, the one below, the vocabulary and its package.</summary>
internal class Service : Exception
{
    public static Service[] All => [];

    public JsonElement Json { get; init; }

    public KeepsTheLaw? Below { get; init; }
}

internal interface IContract
{
}

[AttributeUsage(AttributeTargets.Class)]
internal sealed class MarkAttribute : Attribute
{
}
