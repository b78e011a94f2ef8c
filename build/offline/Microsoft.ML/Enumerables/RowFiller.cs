namespace Microsoft.ML.Data;

/// <summary>Fills a user's row objects from the rows of a schema.</summary>
internal sealed class RowFiller<TRow>
    where TRow : class
{
    private readonly List<(RowColumn Target, DataViewSchema.Column Source)> _bindings = [];

    /// <summary>Binds the members of the row type to the columns of the schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, and missing ones are not ignored.</exception>
    /// <exception cref="InvalidOperationException">A column holds what its member cannot.</exception>
    internal RowFiller(DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition? definition)
    {
        foreach (var target in RowColumn.Of(typeof(TRow), definition, SchemaDefinition.Direction.Write))
        {
            if (schema.GetColumnOrNull(target.Name) is DataViewSchema.Column source)
                _bindings.Add((target, Checked(source, target)));
            else if (!ignoreMissingColumns)
                throw new ArgumentOutOfRangeException(nameof(schema), $"Could not find column '{target.Name}'");
        }
    }

    /// <summary>The columns that are read.</summary>
    internal IEnumerable<DataViewSchema.Column> Columns => _bindings.Select(binding => binding.Source);

    /// <summary>A function that copies the row's values, whichever row that is then, into an object.</summary>
    internal Action<TRow> Over(DataViewRow row)
    {
        var setters = _bindings.Select(binding => MemberSetters.Of<TRow>(row, binding.Source, binding.Target.Member)).ToArray();
        return target =>
        {
            foreach (var set in setters)
                set(target);
        };
    }

    private static DataViewSchema.Column Checked(DataViewSchema.Column source, RowColumn target) => target.Member.Fits(source.Type)
        ? source
        : throw new InvalidOperationException(
            $"Can't bind the IDataView column '{source.Name}' of type '{source.Type}' "
            + $"to field or property '{target.Member.Info.Name}' of type '{target.Member.Type}'.");
}
