namespace Microsoft.ML.Lora;

/// <summary>Which formula turns what the model finds in a pair into its score.</summary>
public enum MatchingForm
{
    /// <summary>The classifier's logit as it is.</summary>
    Classifier,

    /// <summary>The logit times one constant, fitted on validation pairs (Guo et al., arXiv 1706.04599).</summary>
    Temperature,

    /// <summary>Logit, match of token positions, area weight and density, with constants fitted on validation pairs.</summary>
    DensityAware,

    /// <summary>The paper's formula (arXiv 2412.18729) with constants that are given.</summary>
    Paper,
}
