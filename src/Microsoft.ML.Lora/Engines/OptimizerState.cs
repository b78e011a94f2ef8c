using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines;

/// <summary>Everything besides the trained weights that the next step depends on.</summary>
/// <param name="Steps">Steps taken.</param>
/// <param name="Moments">First and second moments, named <c>m.</c> and <c>v.</c> plus the trained tensor's name; none where the optimizer has none.</param>
/// <param name="RateStates">What the rate rule remembers, under the adapted matrices' names; none where it remembers nothing.</param>
/// <param name="Dropout">State of the dropout masks' random source.</param>
internal sealed record OptimizerState(long Steps, IReadOnlyList<NamedTensor> Moments, IReadOnlyList<NamedTensor> RateStates, RandomState Dropout);
