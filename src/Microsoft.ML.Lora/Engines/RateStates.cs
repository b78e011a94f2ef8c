using System.Globalization;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines;

/// <summary>What a rate rule remembers and answers, checked alike by every engine.</summary>
internal static class RateStates
{
    /// <summary>Makes sure that stored states belong to a rule and its matrices.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="matrices">The adapted matrices, in the order of the trained weights.</param>
    /// <param name="states">What was stored.</param>
    /// <exception cref="InvalidDataException">A matrix's state is missing, misshapen, or of no matrix here.</exception>
    public static void Check(AdapterRateRule rule, IReadOnlyList<string> matrices, IReadOnlyList<NamedTensor> states)
    {
        int expected = rule.StateLength == 0 ? 0 : matrices.Count;
        if (states.Count != expected || states.Where((state, i) => state.Name != matrices[i] || state.Values.Length != rule.StateLength).Any())
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"The rule {rule} remembers {rule.StateLength} numbers for each of {matrices.Count} matrices, but what is stored are {states.Count} tensors that do not fit; it was stored under another rule or other targets."));
        }
    }

    /// <summary>The exception for rates that cannot be applied.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="matrix">The matrix it was asked about.</param>
    /// <param name="rates">Its answer.</param>
    /// <param name="isFinite">Whether both rates are finite.</param>
    /// <param name="step">The step's number, from 1.</param>
    public static InvalidOperationException Refused(AdapterRateRule rule, string matrix, AdapterFactorRates rates, bool isFinite, long step)
    {
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"The rule {rule} answered the rates {rates.A} and {rates.B} for '{matrix}' at step {step}, but rates must be finite and at least 0. Weights or directions may have grown beyond what can be multiplied: choose lower rates, or set MaxGradientNorm to 1.");
        return isFinite ? new InvalidOperationException(message) : new DivergenceException(message);
    }
}
