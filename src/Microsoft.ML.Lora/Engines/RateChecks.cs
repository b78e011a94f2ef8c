using System.Globalization;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines;

/// <summary>What a rate rule remembers and answers, checked alike by every engine.</summary>
internal static class RateChecks
{
    private const string Advice =
        "Weights or directions may have grown beyond what can be multiplied: choose lower rates, or set MaxGradientNorm to 1.";

    /// <summary>Makes sure that stored states belong to a rule and its matrices.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="matrices">The adapted matrices, in the order of the trained weights.</param>
    /// <param name="states">What was stored.</param>
    /// <exception cref="InvalidDataException">A matrix's state is missing, misshapen, or of no matrix here.</exception>
    public static void States(AdapterRateRule rule, IReadOnlyList<string> matrices, IReadOnlyList<NamedTensor> states)
    {
        int expected = rule.StateLength == 0 ? 0 : matrices.Count;
        if (states.Count != expected || states.Where((state, i) => state.Name != matrices[i] || state.Values.Length != rule.StateLength).Any())
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"The rule {rule} remembers {rule.StateLength} numbers for each of {matrices.Count} matrices, but what is stored are {states.Count} tensors that do not fit; it was stored under another rule or other targets."));
        }
    }

    /// <summary>Makes sure that rates can be applied.</summary>
    /// <param name="rule">The rule that answered them.</param>
    /// <param name="matrix">The matrix it was asked about.</param>
    /// <param name="rates">Its answer.</param>
    /// <param name="step">The step's number, from 1.</param>
    /// <exception cref="DivergenceException">A rate is not finite in single precision.</exception>
    /// <exception cref="InvalidOperationException">A rate is negative.</exception>
    public static void Rates(AdapterRateRule rule, string matrix, AdapterFactorRates rates, long step)
    {
        if (!float.IsFinite((float)rates.A) || !float.IsFinite((float)rates.B))
        {
            throw new DivergenceException($"{Describe(rule, matrix, rates, step)} must be finite in single precision. {Advice}");
        }

        if (rates.A < 0 || rates.B < 0)
        {
            throw new InvalidOperationException(
                $"{Describe(rule, matrix, rates, step)} must be at least 0: a step goes against the gradient. Correct the rule's {nameof(AdapterRateRule.Decide)}; rates of 0 leave a matrix as it is.");
        }
    }

    /// <summary>The exception for a preconditioned gradient that cannot be applied.</summary>
    /// <param name="rule">The rule that preconditions.</param>
    /// <param name="matrix">The matrix whose gradients they are.</param>
    /// <param name="step">The step's number, from 1.</param>
    public static DivergenceException Preconditioner(AdapterRateRule rule, string matrix, long step) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The rule {rule} preconditions the gradients of '{matrix}' at step {step} with a matrix that is not finite in single precision. {Advice}"));

    /// <summary>The exception for a product that a preconditioner is the inverse of, and that has none.</summary>
    /// <param name="rule">The rule that preconditions.</param>
    /// <param name="matrix">The matrix whose factor it is of.</param>
    /// <param name="step">The step's number, from 1.</param>
    /// <param name="pivot">The pivot that is 0, from 0.</param>
    public static DivergenceException NoInverse(AdapterRateRule rule, string matrix, long step, int pivot) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The rule {rule} preconditions the gradients of '{matrix}' at step {step} with the inverse of a factor's product with itself, which cannot be inverted: pivot {pivot} is 0. Give {nameof(AdapterRates.Riemannian)} a larger epsilon."));

    private static string Describe(AdapterRateRule rule, string matrix, AdapterFactorRates rates, long step) => string.Create(
        CultureInfo.InvariantCulture,
        $"The rule {rule} answered the rates {rates.A} and {rates.B} for '{matrix}' at step {step}, but rates");
}
