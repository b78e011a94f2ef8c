namespace Microsoft.ML.Lora.Tests.Architecture.SampleHouse.Cellar;

internal static class Forgotten
{
}
