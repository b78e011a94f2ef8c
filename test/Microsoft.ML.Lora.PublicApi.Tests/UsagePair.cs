namespace Microsoft.ML.Lora.PublicApi.Tests;

/// <summary>A pair of questions as a user's data might hold it.</summary>
public sealed class UsagePair
{
    public static IReadOnlyList<UsagePair> All { get; } =
    [
        new() { First = "How do I reset my password?", Second = "I forgot my password, what now?", Label = true },
        new() { First = "How do I reset my password?", Second = "Where can I see my invoices?", Label = false },
        new() { First = "When will my parcel arrive?", Second = "How long does delivery take?", Label = true },
        new() { First = "When will my parcel arrive?", Second = "Can I return a parcel?", Label = false },
        new() { First = "Can I pay by card?", Second = "Do you accept credit cards?", Label = true },
        new() { First = "Can I pay by card?", Second = "My card was stolen.", Label = false },
        new() { First = "How do I close my account?", Second = "Please delete my account.", Label = true },
        new() { First = "How do I close my account?", Second = "How do I open a second account?", Label = false },
    ];

    public string First { get; set; } = "";

    public string Second { get; set; } = "";

    public bool Label { get; set; }
}

/// <summary>What the model says about a pair.</summary>
public sealed class UsagePrediction
{
    public bool PredictedLabel { get; set; }

    public float Score { get; set; }

    public float Probability { get; set; }
}
