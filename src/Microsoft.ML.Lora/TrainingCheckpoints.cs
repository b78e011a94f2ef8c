namespace Microsoft.ML.Lora;

/// <summary>Where and how often training saves itself.</summary>
/// <remarks>
/// Each training needs a folder of its own, each fold of a cross-validation too, and <see cref="LoraSentencePairOptions.Seed"/> must be
/// set, so that the training that goes on draws the same numbers as the one that was broken off.
/// </remarks>
/// <param name="Directory">A folder for the file <c>training.safetensors</c>; made where it does not exist. Each write replaces the last one whole.</param>
public sealed record TrainingCheckpoints(string Directory)
{
    /// <summary>Steps between two checkpoints. One more is written at the end of each epoch and on cancellation.</summary>
    /// <value>From 1 up. The default is 100.</value>
    public int EverySteps { get; init; } = 100;

    /// <summary>
    /// Whether to go on from the folder's checkpoint where there is one. It must come from the same data, encoder and options,
    /// or <c>Fit</c> refuses it. If <see langword="false"/>, training starts anew and overwrites it.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Resume { get; init; } = true;
}
