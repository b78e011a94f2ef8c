namespace Microsoft.ML.Lora.Engines;

/// <summary>Where a step stands in the schedule.</summary>
/// <param name="Share">The share of the full rates that this step has, in (0, 1].</param>
/// <param name="IsWarmup">Whether the schedule still rises.</param>
internal readonly record struct StepSchedule(double Share, bool IsWarmup);
