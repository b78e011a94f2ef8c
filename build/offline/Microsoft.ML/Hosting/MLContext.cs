using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Where everything starts: catalogs of operations, seed and log.</summary>
public sealed class MLContext : IHostEnvironment
{
    private readonly HostEnvironment _environment;

    /// <summary>Creates a context.</summary>
    /// <param name="seed">Seed of all random choices; another one each time if null.</param>
    public MLContext(int? seed = null)
    {
        _environment = new HostEnvironment(seed, message => Log?.Invoke(this, message));
        BinaryClassification = new BinaryClassificationCatalog(_environment);
        MulticlassClassification = new MulticlassClassificationCatalog(_environment);
        Regression = new RegressionCatalog(_environment);
        Transforms = new TransformsCatalog(_environment);
        Model = new ModelOperationsCatalog(_environment);
        Data = new DataOperationsCatalog(_environment);
    }

    /// <summary>Raised for each message of the components made in this context.</summary>
    public event EventHandler<LoggingEventArgs>? Log;

    /// <summary>Operations for two classes.</summary>
    public BinaryClassificationCatalog BinaryClassification { get; }

    /// <summary>Operations for several classes.</summary>
    public MulticlassClassificationCatalog MulticlassClassification { get; }

    /// <summary>Operations for numbers.</summary>
    public RegressionCatalog Regression { get; }

    /// <summary>Transforms of columns.</summary>
    public TransformsCatalog Transforms { get; }

    /// <summary>Saving, loading and use of models.</summary>
    public ModelOperationsCatalog Model { get; }

    /// <summary>Loading, splitting and reading of data.</summary>
    public DataOperationsCatalog Data { get; }

    /// <summary>The assemblies searched for extensions when a model is loaded.</summary>
    public ComponentCatalog ComponentCatalog => _environment.ComponentCatalog;

    /// <summary>Whether components may use the processor if the graphics processor cannot be used.</summary>
    public bool FallbackToCpu { get; set; }

    /// <summary>The graphics processor to use, if any.</summary>
    public int? GpuDeviceId { get; set; }

    IHost IHostEnvironment.Register(string name, int? seed, bool? verbose) => _environment.Register(name, seed, verbose);

    IChannel IChannelProvider.Start(string name) => _environment.Start(name);
}
