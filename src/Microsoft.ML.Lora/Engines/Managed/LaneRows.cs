namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>The rows of a <see cref="RowBlock"/> that belong to one lane of a <see cref="GradientPass"/>.</summary>
/// <param name="Start">The lane's first row in the block.</param>
/// <param name="Count">Number of the lane's rows.</param>
/// <param name="Gradients">The flat buffer that the lane's gradients are summed in.</param>
internal readonly record struct LaneRows(int Start, int Count, Memory<float> Gradients);
