using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>The environment behind <see cref="MLContext"/>, and the hosts registered in it.</summary>
internal sealed class HostEnvironment : IHost
{
    private readonly HostEnvironment? _parent;
    private readonly string? _fullName;
    private readonly Action<LoggingEventArgs> _log;
    private readonly Lock _registering = new();

    /// <summary>Creates a root environment.</summary>
    internal HostEnvironment(int? seed, Action<LoggingEventArgs> log)
    {
        Seed = seed;
        Rand = seed is int given ? new Random(given) : new Random();
        ComponentCatalog = new ComponentCatalog();
        _log = log;
    }

    private HostEnvironment(HostEnvironment parent, string fullName, Random rand)
    {
        Seed = parent.Seed;
        Rand = rand;
        ComponentCatalog = parent.ComponentCatalog;
        _parent = parent;
        _fullName = fullName;
        _log = parent._log;
    }

    /// <summary>The seed given to the <see cref="MLContext"/>.</summary>
    public int? Seed { get; }

    public Random Rand { get; }

    public ComponentCatalog ComponentCatalog { get; }

    public IHost Register(string name, int? seed = null, bool? verbose = null)
    {
        Checks.NonEmpty(name, nameof(name));
        lock (_registering)
        {
            // As in ML.NET, a host's name begins with that of the host above the one that registers it.
            var fullName = _parent?._fullName is string above ? $"{above}; {name}" : name;
            return new HostEnvironment(this, fullName, new Random(seed ?? Rand.Next()));
        }
    }

    public IChannel Start(string name) => new LogChannel(_fullName is null ? name : $"{_fullName}; {name}", _log);
}
