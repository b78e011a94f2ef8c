namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>A labelled pair with a number of its own.</summary>
internal sealed class TinyPair
{
    public int Id { get; set; }

    public string? Sentence1 { get; set; }

    public string? Sentence2 { get; set; }

    public bool Label { get; set; }
}
