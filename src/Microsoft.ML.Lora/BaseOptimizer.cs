namespace Microsoft.ML.Lora;

/// <summary>What turns gradients into the directions that learning rates are applied to.</summary>
public enum BaseOptimizer
{
    /// <summary>Adam's directions, weight decay apart from them: w ← w − rate·(Δ + decay·w) (arXiv 1711.05101).</summary>
    AdamW,

    /// <summary>Adam (arXiv 1412.6980), weight decay added to the gradient, so that it goes through the moments.</summary>
    Adam,

    /// <summary>The gradient itself, w ← w − rate·(g + decay·w): for A and B, A ← A − α∇A and B ← B − β∇B.</summary>
    GradientDescent,
}
