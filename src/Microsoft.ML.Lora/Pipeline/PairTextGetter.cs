using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Reads the two sentences of the row stood on, and tokenizes them.</summary>
internal sealed class PairTextGetter
{
    private readonly ValueGetter<ReadOnlyMemory<char>> _first;
    private readonly ValueGetter<ReadOnlyMemory<char>> _second;
    private ReadOnlyMemory<char> _firstText;
    private ReadOnlyMemory<char> _secondText;

    /// <param name="row">A row of the input with both sentence columns active.</param>
    /// <param name="schema">Where the sentences are.</param>
    public PairTextGetter(DataViewRow row, ScoringSchema schema)
    {
        _first = row.GetGetter<ReadOnlyMemory<char>>(schema.First);
        _second = row.GetGetter<ReadOnlyMemory<char>>(schema.Second);
    }

    /// <summary>The pair of the row stood on, as the model's tokenizer cuts it.</summary>
    public EncodedPair Read(PairModel model)
    {
        _first(ref _firstText);
        _second(ref _secondText);
        return model.Encode(_firstText.Span, _secondText.Span);
    }
}
