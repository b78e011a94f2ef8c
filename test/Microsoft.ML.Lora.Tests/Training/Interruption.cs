namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>Ways to break a run off.</summary>
internal static class Interruption
{
    /// <summary>Cancels when a step of that number is begun.</summary>
    public static Action<int> At(int wanted, CancellationTokenSource source) => step =>
    {
        if (step == wanted)
        {
            source.Cancel();
        }
    };
}
