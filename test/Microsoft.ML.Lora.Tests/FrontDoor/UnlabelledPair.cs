namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>A pair as it is scored: nobody knows its label.</summary>
internal sealed class UnlabelledPair
{
    public string Sentence1 { get; set; } = "how can i";

    public string Sentence2 { get; set; } = "yes";
}
