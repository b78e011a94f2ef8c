namespace Microsoft.ML;

/// <summary>Loading, splitting and reading of data.</summary>
public sealed partial class DataOperationsCatalog
{
    internal DataOperationsCatalog(HostEnvironment environment) => Environment = environment;

    internal HostEnvironment Environment { get; }
}

/// <summary>Saving, loading and use of models.</summary>
public sealed partial class ModelOperationsCatalog
{
    private readonly HostEnvironment _environment;

    internal ModelOperationsCatalog(HostEnvironment environment) => _environment = environment;
}

/// <summary>Transforms of columns.</summary>
public sealed partial class TransformsCatalog
{
    internal TransformsCatalog(HostEnvironment environment)
    {
        Environment = environment;
        Conversion = new ConversionTransforms(environment);
        Text = new TextTransforms(environment);
    }

    /// <summary>Transforms of one type of values into another.</summary>
    public ConversionTransforms Conversion { get; }

    /// <summary>Transforms of text.</summary>
    public TextTransforms Text { get; }

    internal HostEnvironment Environment { get; }

    /// <summary>Transforms of one type of values into another.</summary>
    public sealed class ConversionTransforms
    {
        internal ConversionTransforms(HostEnvironment environment) => Environment = environment;

        internal HostEnvironment Environment { get; }
    }

    /// <summary>Transforms of text.</summary>
    public sealed class TextTransforms
    {
        internal TextTransforms(HostEnvironment environment) => Environment = environment;

        internal HostEnvironment Environment { get; }
    }
}
