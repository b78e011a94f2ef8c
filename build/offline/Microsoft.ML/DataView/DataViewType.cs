namespace Microsoft.ML.Data;

/// <summary>The type of a column's values.</summary>
public abstract class DataViewType : IEquatable<DataViewType>
{
    private protected DataViewType(Type rawType)
    {
        ArgumentNullException.ThrowIfNull(rawType);
        RawType = rawType;
    }

    /// <summary>The .NET type that getters of such a column yield.</summary>
    public Type RawType { get; }

    /// <summary>Whether the two describe the same values.</summary>
    public abstract bool Equals(DataViewType? other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DataViewType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => RawType.GetHashCode();
}

/// <summary>A type whose values have parts, such as a vector.</summary>
public abstract class StructuredDataViewType : DataViewType
{
    /// <summary>Creates the type over a .NET type.</summary>
    protected StructuredDataViewType(Type rawType) : base(rawType)
    {
    }
}

/// <summary>A type whose values are indivisible.</summary>
public abstract class PrimitiveDataViewType : DataViewType
{
    /// <summary>Creates the type over a .NET type, which must not be disposable.</summary>
    protected PrimitiveDataViewType(Type rawType) : base(rawType)
    {
        if (typeof(IDisposable).IsAssignableFrom(rawType))
            throw new ArgumentException($"A primitive column type cannot hold the disposable type {rawType}.", nameof(rawType));
    }
}
