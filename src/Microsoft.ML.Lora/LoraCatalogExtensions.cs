namespace Microsoft.ML.Lora;

/// <summary>The trainer where ML.NET's users look for trainers.</summary>
public static class LoraCatalogExtensions
{
    /// <summary>Makes a trainer that adapts a pretrained encoder to pairs of sentences; see <see cref="LoraSentencePairTrainer"/>.</summary>
    /// <param name="catalog">The catalog of binary classification trainers.</param>
    /// <param name="ml">The context to work in. ML.NET's catalogs do not hand it to extensions, so it is given here.</param>
    /// <param name="options">How to train; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">At least one option is out of its range; the message lists all that are.</exception>
    public static LoraSentencePairTrainer LoraSentencePair(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, MLContext ml, LoraSentencePairOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new LoraSentencePairTrainer(ml, options);
    }
}
