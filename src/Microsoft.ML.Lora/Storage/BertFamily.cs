using System.Collections.ObjectModel;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Storage;

/// <summary>BERT (Devlin et al., arXiv 1810.04805). An absent field counts as what the family documents for that case.</summary>
internal sealed class BertFamily : EncoderFamily
{
    // Far above every published encoder, and low enough that no product of two overflows 64 bits.
    private const int MaxLayers = 1024;
    private const int MaxWidth = 1 << 20;
    private const int MaxRows = 1 << 24;
    private const double MinNormEpsilon = 1e-20;
    private const double MaxNormEpsilon = 0.1;

    private static readonly ReadOnlyDictionary<string, Activation> Activations = new(new Dictionary<string, Activation>
    {
        ["gelu"] = Activation.Gelu,
        ["gelu_new"] = Activation.GeluTanh,
        ["gelu_pytorch_tanh"] = Activation.GeluTanh,
        ["relu"] = Activation.Relu,
    });

    /// <inheritdoc/>
    public override string ModelType => "bert";

    /// <inheritdoc/>
    public override EncoderNames Names => EncoderNames.Bert;

    /// <inheritdoc/>
    protected override EncoderShape MapShape(JsonFields config)
    {
        config.MustBeOff("is_decoder");
        config.MustBeOff("add_cross_attention");
        config.MustBe("position_embedding_type", "absolute");
        return new()
        {
            Family = ModelType,
            Layers = config.Whole("num_hidden_layers", 1, MaxLayers),
            Hidden = config.Whole("hidden_size", 1, MaxWidth),
            Heads = config.Whole("num_attention_heads", 1, MaxWidth),
            FeedForward = config.Whole("intermediate_size", 1, MaxWidth),
            Vocabulary = config.Whole("vocab_size", 1, MaxRows),
            PositionRows = config.Whole("max_position_embeddings", 1, MaxRows),
            Segments = config.Whole("type_vocab_size", 1, MaxRows, otherwise: 2),
            NormEpsilon = (float)config.Number("layer_norm_eps", MinNormEpsilon, MaxNormEpsilon, otherwise: 1e-12),
            Activation = config.OneOf("hidden_act", otherwise: "gelu", Activations),
        };
    }
}
