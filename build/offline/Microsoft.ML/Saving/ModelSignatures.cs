using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML;

/// <summary>The names under which transformers are kept in a model, and how each is read again.</summary>
internal static class ModelSignatures
{
    internal const string Chain = "Chain";
    internal const string CopyColumns = "CopyColumns";
    internal const string SelectColumns = "SelectColumns";
    internal const string CustomMapping = "CustomMapping";
    internal const string MapValue = "MapValue";
    internal const string MapValueToKey = "MapValueToKey";
    internal const string MapKeyToValue = "MapKeyToValue";
    internal const string NormalizeText = "NormalizeText";

    /// <summary>The directory of a transformer within its chain.</summary>
    internal static string ChainLink(int index) => $"Link{index:000}";

    /// <summary>Reads the transformer that was written under the signature.</summary>
    internal static ITransformer Create(string signature, ModelLoadContext context) => signature switch
    {
        Chain => LoadChain(context),
        CopyColumns => new ColumnCopyingTransformer(ColumnPair.Read(context)),
        SelectColumns => ColumnSelectingTransformer.Load(context),
        CustomMapping => CustomMappingContract.Load(context),
        MapValue => ValueMappingTransformer.Load(context),
        MapValueToKey => ValueToKeyMappingTransformer.Load(context),
        MapKeyToValue => new KeyToValueMappingTransformer(ColumnPair.Read(context)),
        NormalizeText => TextNormalizingTransformer.Load(context),
        _ => throw new FormatException($"The model holds a transformer '{signature}' that this build of the offline stand-in does not know."),
    };

    private static TransformerChain<ITransformer> LoadChain(ModelLoadContext context)
    {
        var transformers = new List<ITransformer>();
        var scopes = new List<TransformerScope>();
        var count = context.ReadCount();
        for (var index = 0; index < count; index++)
        {
            scopes.Add((TransformerScope)context.Reader.ReadInt32());
            transformers.Add(context.LoadModel(ChainLink(index)));
        }
        return new(transformers, scopes);
    }
}
