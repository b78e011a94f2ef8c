using Microsoft.ML.Transforms;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Writes the one key into every row. Made again by ML.NET, under its contract's name, when a zip is loaded.</summary>
[CustomMappingFactoryAttribute(Contract)]
internal sealed class PayloadKeyMapping : CustomMappingFactory<NoColumns, PayloadKey>
{
    /// <summary>The name that stands in the zip.</summary>
    public const string Contract = "LoraMl.PayloadKey";

    /// <inheritdoc/>
    public override Action<NoColumns, PayloadKey> GetMapping() => static (_, output) => output.Key = PayloadKey.Only;
}
