using System.Buffers;
using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Lora;

/// <summary>
/// Decides how fast the two factors of each low-rank update learn. The built-in rules come from <see cref="AdapterRates"/>; derive from this
/// class for one of your own.
/// </summary>
/// <remarks>
/// <para>
/// At each step, for each adapted matrix: where <see cref="Preconditions"/> says so, <see cref="Precondition"/> is asked for two r×r
/// matrices that the gradients are multiplied with; the base optimizer turns the gradients into directions ΔA and ΔB; <see cref="Decide"/>
/// answers α and β; then A ← A − f·α·ΔA and B ← B − f·β·ΔB with the schedule's share f, and decay as the optimizer has it.
/// </para>
/// <para>
/// A rule sees r×r products and sizes only, so that every engine can carry it. It holds constants alone: what it learns lies in the state
/// that it is handed, a few floats for each matrix, which checkpoints save and restore bit for bit. One rule may serve several trainings
/// and is called from several threads at once, for different matrices.
/// </para>
/// </remarks>
public abstract class AdapterRateRule
{
    /// <summary>Room for two (r, r) matrices of any rank up to 181; times the matrices of any encoder it stays a length that an array can have.</summary>
    private const int MostState = 65_536;

    /// <summary>
    /// The rule and its constants in one line, the same in every culture. Two rules that could train to different weights must differ in it:
    /// a checkpoint goes on only under a rule of the same description.
    /// </summary>
    /// <value>Not empty, and text that can be saved: without half of a surrogate pair.</value>
    public abstract string Description { get; }

    /// <summary>Full learning rate of all that is trained besides the factors A and B.</summary>
    /// <value>At least 0 and finite.</value>
    public abstract double RateOfHead { get; }

    /// <summary>What <see cref="Decide"/> and <see cref="Precondition"/> read.</summary>
    /// <value>The default is <see cref="AdapterStatistics.None"/>.</value>
    public virtual AdapterStatistics Statistics => AdapterStatistics.None;

    /// <summary>How many numbers the rule remembers of each matrix.</summary>
    /// <value>From 0 to 65,536. The default is 0.</value>
    public virtual int StateLength => 0;

    /// <summary>Whether gradients are multiplied with what <see cref="Precondition"/> gives.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public virtual bool Preconditions => false;

    /// <summary>Sets what is remembered of one matrix before the first step.</summary>
    /// <param name="state"><see cref="StateLength"/> zeros.</param>
    public virtual void Start(Span<float> state)
    {
    }

    /// <summary>Gives what the gradients are multiplied with before the base optimizer sees them: ∇A ← P_A·∇A and ∇B ← ∇B·P_B.</summary>
    /// <param name="update">The matrix at this step; of the products, those of <see cref="AdapterStatistics.Factors"/> alone.</param>
    /// <param name="ofA">P_A, (r, r). Overwritten.</param>
    /// <param name="ofB">P_B, (r, r). Overwritten.</param>
    public virtual void Precondition(in AdapterStep update, Span<double> ofA, Span<double> ofB) =>
        throw new NotSupportedException($"{GetType().Name} says that it preconditions, but does not override {nameof(Precondition)}.");

    /// <summary>Answers the rates of one update at one step.</summary>
    /// <param name="update">The matrix, and what was asked for in <see cref="Statistics"/>.</param>
    /// <param name="state">What is remembered of this matrix. Updated.</param>
    public abstract AdapterFactorRates Decide(in AdapterStep update, Span<float> state);

    /// <summary>What is wrong with what a rule says of itself.</summary>
    /// <param name="option">The option that the rule was given as.</param>
    internal IEnumerable<string> Problems(string option)
    {
        if (string.IsNullOrEmpty(Description)) yield return $"{option}.{nameof(Description)} must say which rule it is, but is {(Description is null ? "null" : "empty")}.";
        if (!IsWhole(Description)) yield return $"{option}.{nameof(Description)} must be text that can be saved, but has half of a surrogate pair.";
        if (!(RateOfHead >= 0 && double.IsFinite(RateOfHead))) yield return Invariant($"{option}.{nameof(RateOfHead)} must be at least 0 and finite, but is {RateOfHead}.");
        if (StateLength is < 0 or > MostState) yield return Invariant($"{option}.{nameof(StateLength)} must be from 0 to {MostState}, but is {StateLength}.");
        if (!Enum.IsDefined(Statistics)) yield return $"{option}.{nameof(Statistics)} must be one of {string.Join(", ", Enum.GetNames<AdapterStatistics>())}, but is {Statistics}.";
        if (Preconditions && Statistics == AdapterStatistics.None) yield return $"{option} preconditions, so {nameof(Statistics)} must be at least {nameof(AdapterStatistics.Factors)}, but is {Statistics}.";
    }

    private static bool IsWhole(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out int length) != OperationStatus.Done)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    /// <summary><see cref="Description"/>.</summary>
    public sealed override string ToString() => Description;
}
