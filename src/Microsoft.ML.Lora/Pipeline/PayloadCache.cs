namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Decodes the model that rows carry once, not for every row. Safe to use from several threads.</summary>
internal sealed class PayloadCache
{
    private readonly Lock _decoding = new();
    private volatile Entry? _entry;

    /// <summary>The model of a payload.</summary>
    public PairModel ModelOf(ReadOnlyMemory<char> payload)
    {
        // Equality of memory is that of place, so this costs nothing; the texts are compared only where the place is another.
        Entry? entry = _entry;
        if (entry is not null && entry.Payload.Equals(payload))
        {
            return entry.Model;
        }

        lock (_decoding)
        {
            entry = _entry;
            PairModel model = entry is not null && entry.Payload.Span.SequenceEqual(payload.Span) ? entry.Model : PayloadText.Decode(payload.Span);
            _entry = new Entry(payload, model);
            return model;
        }
    }

    private sealed record Entry(ReadOnlyMemory<char> Payload, PairModel Model);
}
