using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Lora;

/// <summary>What a model computes scores in. Training is always in single precision.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "A precision is known by the name of its type.")]
public enum ScoringPrecision
{
    /// <summary>32-bit floating point throughout.</summary>
    Single,

    /// <summary>
    /// The matrix products of the encoder's layers in 8-bit whole numbers: weights are rounded once, to 127 steps on either side of zero for
    /// each output of a matrix, and what they are multiplied by is rounded as it comes, in the same way for each token. Embeddings,
    /// what attention computes between tokens, the last layer's keys and values, normalisation and the classification head stay in 32 bits.
    /// </summary>
    /// <remarks>
    /// Scores about twice as fast. The scorer's copies of these matrices take up a quarter of the memory; the encoder's own, from which the
    /// model can be put to another precision, stay. On question pairs (QQP) logits moved by about 0.03 and
    /// accuracy by about 0.1 points, no more than chance explains: it is pairs near the threshold that change sides. Needs a processor with
    /// AVX-VNNI; on others the model scores in <see cref="Single"/>, which <see cref="LoraSentencePairTransformer.ScoringPrecisionInUse"/>
    /// and a warning in the log say.
    /// </remarks>
    Int8,
}
