namespace Microsoft.ML.Lora;

/// <summary>The learning rates that one update had at one step, schedule included.</summary>
/// <param name="Matrix">The adapted matrix, as BERT's checkpoints name it: <c>encoder.layer.0.attention.self.query</c>.</param>
/// <param name="RateOfA">α in A ← A − α·ΔA.</param>
/// <param name="RateOfB">β in B ← B − β·ΔB.</param>
public sealed record AdapterRate(string Matrix, double RateOfA, double RateOfB)
{
    /// <summary>λ = β/α; infinite or not a number where A does not move.</summary>
    public double Ratio => RateOfB / RateOfA;
}
