using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>How a <see cref="PredictionEngine{TSrc, TDst}"/> reads and writes its objects.</summary>
public sealed class PredictionEngineOptions
{
    /// <summary>Whether members without a column keep their value instead of failing. The default is true.</summary>
    public bool IgnoreMissingColumns = true;

    /// <summary>Names and types of the input columns, if the members and their attributes do not say it.</summary>
    public SchemaDefinition? InputSchemaDefinition;

    /// <summary>Names of the output columns, if the members and their attributes do not say it.</summary>
    public SchemaDefinition? OutputSchemaDefinition;

    /// <summary>Whether the model is disposed of with the engine. The default is true.</summary>
    public bool OwnsTransformer = true;
}
