using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>A pair beside a vector.</summary>
internal sealed class PairWithVector
{
    public string? Sentence1 { get; set; }

    public string? Sentence2 { get; set; }

    [VectorType(2)]
    public float[] Features { get; set; } = [];
}
