using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Can write itself into a model.</summary>
public interface ICanSaveModel
{
    /// <summary>Writes the object into the model being saved.</summary>
    void Save(ModelSaveContext ctx);
}

/// <summary>Turns one data view into another.</summary>
public interface ITransformer : ICanSaveModel
{
    /// <summary>Whether each output row depends on one input row only.</summary>
    bool IsRowToRowMapper { get; }

    /// <summary>The columns after the transform; throws if the input does not fit.</summary>
    DataViewSchema GetOutputSchema(DataViewSchema inputSchema);

    /// <summary>The transformed data, computed only when it is read.</summary>
    IDataView Transform(IDataView input);

    /// <summary>A mapper of single rows, if <see cref="IsRowToRowMapper"/>.</summary>
    IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema);
}

/// <summary>Learns a transformer from data.</summary>
public interface IEstimator<out TTransformer>
    where TTransformer : ITransformer
{
    /// <summary>Learns from the data.</summary>
    TTransformer Fit(IDataView input);

    /// <summary>What the columns will be like after the transform; throws if the input cannot fit.</summary>
    SchemaShape GetOutputSchema(SchemaShape inputSchema);
}
