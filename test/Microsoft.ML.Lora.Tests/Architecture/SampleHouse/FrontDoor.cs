using Microsoft.ML.Lora.Tests.Architecture.SampleHouse.Upper;

namespace Microsoft.ML.Lora.Tests.Architecture.SampleHouse;

public sealed record Word(Choice Choice);

public enum Choice
{
    First,
}

public sealed class Door
{
    internal static object Open() => new Service();
}

public sealed record DependsOnDoor(Door Door);

internal static class HiddenAtTheDoor
{
}
