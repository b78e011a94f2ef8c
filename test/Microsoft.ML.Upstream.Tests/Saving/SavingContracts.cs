using Microsoft.ML.Transforms;

namespace Microsoft.ML.Upstream.Tests.Saving;

/// <summary>The contracts of the custom mappings that the tests save and load.</summary>
internal static class SavingContracts
{
    internal const string Constant = "Microsoft.ML.Upstream.Tests.Constant";
    internal const string Score = "Microsoft.ML.Upstream.Tests.Score";
    internal const string Failing = "Microsoft.ML.Upstream.Tests.Failing";
    internal const string NoFactory = "Microsoft.ML.Upstream.Tests.NoFactory";
}

internal sealed class NoColumns
{
}

internal sealed class TextRow
{
    public string? Text { get; set; }
}

internal sealed class ConstantColumn
{
    public int PayloadKey { get; set; }
}

internal sealed class PayloadAndText
{
    public ReadOnlyMemory<char> Payload { get; set; }

    public string? InternalText { get; set; }
}

internal sealed class ScoreColumn
{
    public float InternalScore { get; set; }
}

/// <summary>Emits the key under which the payload is found.</summary>
[CustomMappingFactoryAttribute(SavingContracts.Constant)]
internal sealed class ConstantFactory : CustomMappingFactory<NoColumns, ConstantColumn>
{
    public static void Map(NoColumns from, ConstantColumn to) => to.PayloadKey = 1;

    public override Action<NoColumns, ConstantColumn> GetMapping() => Map;
}

/// <summary>Adds the number in the payload to the length of the text.</summary>
[CustomMappingFactoryAttribute(SavingContracts.Score)]
internal sealed class ScoreFactory : CustomMappingFactory<PayloadAndText, ScoreColumn>
{
    public static int Made { get; private set; }

    public static void Map(PayloadAndText from, ScoreColumn to) =>
        to.InternalScore = int.Parse(from.Payload.Span, provider: null) + from.InternalText!.Length;

    public override Action<PayloadAndText, ScoreColumn> GetMapping()
    {
        Made++;
        return Map;
    }
}

[CustomMappingFactoryAttribute(SavingContracts.Failing)]
internal sealed class FailingFactory : CustomMappingFactory<NoColumns, ConstantColumn>
{
    public override Action<NoColumns, ConstantColumn> GetMapping() => throw new NotSupportedException("The encoder is not here.");
}
