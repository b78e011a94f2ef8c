namespace Microsoft.ML.Data;

/// <summary>A member of a row type bound to the column it stands for.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">The column's type.</param>
/// <param name="Member">The member.</param>
/// <param name="Annotations">The column's annotations.</param>
internal sealed record RowColumn(string Name, DataViewType Type, RowMember Member, DataViewSchema.Annotations Annotations)
{
    /// <summary>The column as part of no schema.</summary>
    internal DataViewSchema.DetachedColumn Detached => new(Name, Type, Annotations);

    /// <summary>Binds the members of a row type.</summary>
    /// <param name="userType">The row type.</param>
    /// <param name="definition">Names and types of the columns; by the members' attributes if null.</param>
    /// <param name="direction">What the members are used for, if there is no definition.</param>
    internal static RowColumn[] Of(Type userType, SchemaDefinition? definition, SchemaDefinition.Direction direction) =>
        [.. (definition ?? SchemaDefinition.Create(userType, direction)).Select(column => Bind(userType, column))];

    /// <summary>The schema of the columns.</summary>
    internal static DataViewSchema Schema(IEnumerable<RowColumn> columns)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(columns.Select(column => column.Detached));
        return builder.ToSchema();
    }

    /// <summary>The definition of a row type for data of a given schema, whose columns it must all have.</summary>
    internal static SchemaDefinition DefinitionFor(Type userType, DataViewSchema schema)
    {
        var definition = SchemaDefinition.Create(userType, SchemaDefinition.Direction.Read);
        foreach (var column in schema)
        {
            var member = definition[column.Name] ?? throw new InvalidOperationException($"Type should contain a member named {column.Name}");
            member.ColumnType = column.Type;
            foreach (var annotation in column.Annotations.Schema)
                member.AddAnnotation(annotation.Name, annotation.Type, AnnotationGetters.Of(column.Annotations, annotation));
        }
        return definition;
    }

    private static RowColumn Bind(Type userType, SchemaDefinition.Column column)
    {
        var member = RowMember.Find(userType, column.MemberName);
        var name = string.IsNullOrEmpty(column.ColumnName) ? column.MemberName : column.ColumnName;
        var type = column.ColumnType ?? member.ColumnType();
        if (!member.Fits(type))
            throw new ArgumentOutOfRangeException(
                nameof(column), $"Column '{name}' is supposed to hold {type}, but member '{column.MemberName}' holds {member.Type}");
        return new RowColumn(name, type, member, column.Annotations);
    }
}
