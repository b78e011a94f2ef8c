namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Private columns that carry a model through the zip; they are dropped before anybody sees them.</summary>
internal static class PayloadColumns
{
    public const string First = "LoraMl.First";
    public const string Second = "LoraMl.Second";
    public const string Key = "LoraMl.Key";
    public const string Payload = "LoraMl.Payload";
}
