using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Storage;

/// <summary>A checkpoint in memory, called <c>memory</c>.</summary>
internal sealed class MemorySource : ICheckpointSource
{
    public Dictionary<string, byte[]> Files { get; } = [];

    public string Name => "memory";

    public bool Has(string fileName) => Files.ContainsKey(fileName);

    public Stream Open(string fileName) => new MemoryStream(Files[fileName]);
}
