namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>The rows that a product is computed for.</summary>
/// <param name="First">
/// Number of the first row in the whole batch; dropout's masks go by it, so that they do not depend on the split into chunks.
/// </param>
/// <param name="Count">Number of rows.</param>
/// <param name="Lanes">In training, the same rows lane by lane: each lane's gradients are summed by themselves.</param>
internal readonly record struct RowBlock(int First, int Count, ReadOnlyMemory<LaneRows> Lanes);
