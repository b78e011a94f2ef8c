using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>
/// A model as a chain of ML.NET's own transformers: the only form in which an extension can enter a model zip, since what ML.NET's
/// own transformers save themselves with is not public. The weights lie in a value mapping with one key.
/// </summary>
internal static class ModelChain
{
    /// <summary>Steps of a model's chain.</summary>
    public const int Length = 6;

    private const int KeyStep = 2;
    private const int PayloadStep = 3;

    /// <summary>The chain that carries and applies a model.</summary>
    public static TransformerChain<ITransformer> Build(MLContext ml, PairModel model)
    {
        PairColumns columns = model.Columns;
        IDataView data = ml.Data.LoadFromEnumerable(Array.Empty<Sentences>(), Sentences.Under(columns));
        var steps = new List<ITransformer>();
        void Append<T>(IEstimator<T> step)
            where T : class, ITransformer
        {
            T fitted = step.Fit(data);
            steps.Add(fitted);
            data = fitted.Transform(data);
        }

        Append(ml.Transforms.CopyColumns(PayloadColumns.First, columns.First));
        Append(ml.Transforms.CopyColumns(PayloadColumns.Second, columns.Second));
        Append(ml.Transforms.CustomMapping(new PayloadKeyMapping().GetMapping(), PayloadKeyMapping.Contract));
        Append(ml.Transforms.Conversion.MapValue(
            PayloadColumns.Payload, [KeyValuePair.Create(PayloadKey.Only, PayloadText.Encode(model))], PayloadColumns.Key));
        Append(ml.Transforms.CustomMapping(new PayloadMapping().GetMapping(), PayloadMapping.Contract));
        Append(ml.Transforms.DropColumns(PayloadColumns.First, PayloadColumns.Second, PayloadColumns.Key, PayloadColumns.Payload));
        return new TransformerChain<ITransformer>([.. steps]);
    }

    /// <summary>Reads the model out of steps that <see cref="Build"/> made, as they come back from a zip.</summary>
    /// <param name="ml">The context to work in.</param>
    /// <param name="steps">The first <see cref="Length"/> of these are looked at.</param>
    /// <returns>The model, or <see langword="null"/> if these are other steps.</returns>
    public static PairModel? Read(MLContext ml, ReadOnlySpan<ITransformer> steps)
    {
        if (steps.Length < Length || steps[KeyStep] is not CustomMappingTransformer<NoColumns, PayloadKey>)
        {
            return null;
        }

        IDataView payload = steps[PayloadStep].Transform(ml.Data.LoadFromEnumerable([new PayloadKey { Key = PayloadKey.Only }]));
        DataViewSchema.Column column = payload.Schema[PayloadColumns.Payload];
        using DataViewRowCursor cursor = payload.GetRowCursor([column]);
        ReadOnlyMemory<char> text = default;
        cursor.MoveNext();
        cursor.GetGetter<ReadOnlyMemory<char>>(column)(ref text);
        return PayloadText.Decode(text.Span);
    }

    /// <summary>A row with the two sentences, for the schema that the chain is made against.</summary>
    private sealed class Sentences
    {
        public string First { get; set; } = "";

        public string Second { get; set; } = "";

        /// <summary>The schema, with the columns under a model's names.</summary>
        public static SchemaDefinition Under(PairColumns columns)
        {
            SchemaDefinition schema = SchemaDefinition.Create(typeof(Sentences));
            schema[nameof(First)].ColumnName = columns.First;
            schema[nameof(Second)].ColumnName = columns.Second;
            return schema;
        }
    }
}
