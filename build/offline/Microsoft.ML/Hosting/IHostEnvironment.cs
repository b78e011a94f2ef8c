namespace Microsoft.ML.Runtime;

/// <summary>Starts channels for messages.</summary>
public interface IChannelProvider
{
    /// <summary>Starts a channel that is to be disposed of when the work it reports on ends.</summary>
    IChannel Start(string name);
}

/// <summary>What a component needs of its surroundings: messages, randomness, extensions.</summary>
public interface IHostEnvironment : IChannelProvider
{
    /// <summary>The assemblies searched for extensions when a model is loaded.</summary>
    ComponentCatalog ComponentCatalog { get; }

    /// <summary>Creates the host of a component.</summary>
    /// <param name="name">Name of the component, shown as the source of its messages.</param>
    /// <param name="seed">Seed of the host's random source; drawn from this environment's if null.</param>
    /// <param name="verbose">Not used by the stand-in.</param>
    IHost Register(string name, int? seed = null, bool? verbose = null);
}

/// <summary>The environment of one component.</summary>
public interface IHost : IHostEnvironment
{
    /// <summary>The host's random source.</summary>
    Random Rand { get; }
}
