namespace Microsoft.ML.Lora.Models;

/// <summary>A tensor's name and dimensions.</summary>
/// <param name="Name">The name it goes under.</param>
/// <param name="Dimensions">Outermost first.</param>
internal sealed record TensorShape(string Name, IReadOnlyList<int> Dimensions)
{
    /// <summary>Dimensions as people write them, <c>(8, 384)</c>.</summary>
    public static string Describe<T>(IEnumerable<T> dimensions) => $"({string.Join(", ", dimensions)})";

    /// <summary>Its dimensions as people write them.</summary>
    public string Describe() => Describe(Dimensions);
}
