namespace Microsoft.ML;

/// <summary>Operations of one kind of task.</summary>
public abstract partial class TrainCatalogBase
{
    private protected TrainCatalogBase(HostEnvironment environment) => Environment = environment;

    private protected HostEnvironment Environment { get; }

    /// <summary>A list of trainers, to be extended by extension methods.</summary>
    public abstract class CatalogInstantiatorBase
    {
        private protected CatalogInstantiatorBase()
        {
        }
    }
}

/// <summary>Operations for two classes.</summary>
public sealed partial class BinaryClassificationCatalog : TrainCatalogBase
{
    internal BinaryClassificationCatalog(HostEnvironment environment) : base(environment)
    {
    }

    /// <summary>Trainers for two classes.</summary>
    public BinaryClassificationTrainers Trainers { get; } = new();

    /// <summary>Trainers for two classes.</summary>
    public sealed class BinaryClassificationTrainers : CatalogInstantiatorBase
    {
        internal BinaryClassificationTrainers()
        {
        }
    }
}

/// <summary>Operations for several classes.</summary>
public sealed partial class MulticlassClassificationCatalog : TrainCatalogBase
{
    internal MulticlassClassificationCatalog(HostEnvironment environment) : base(environment)
    {
    }

    /// <summary>Trainers for several classes.</summary>
    public MulticlassClassificationTrainers Trainers { get; } = new();

    /// <summary>Trainers for several classes.</summary>
    public sealed class MulticlassClassificationTrainers : CatalogInstantiatorBase
    {
        internal MulticlassClassificationTrainers()
        {
        }
    }
}

/// <summary>Operations for numbers.</summary>
public sealed partial class RegressionCatalog : TrainCatalogBase
{
    internal RegressionCatalog(HostEnvironment environment) : base(environment)
    {
    }

    /// <summary>Trainers for numbers.</summary>
    public RegressionTrainers Trainers { get; } = new();

    /// <summary>Trainers for numbers.</summary>
    public sealed class RegressionTrainers : CatalogInstantiatorBase
    {
        internal RegressionTrainers()
        {
        }
    }
}
