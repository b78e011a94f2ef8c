using System.Text.Json;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>One case of Data/kernels/goldens.json, which build/references/make_kernel_goldens.py writes: named tensors made by PyTorch.</summary>
internal sealed class KernelGolden
{
    private readonly JsonElement _tensors;

    private KernelGolden(JsonElement tensors) => _tensors = tensors;

    public static KernelGolden Load(string name)
    {
        string path = Path.Combine(BuildFacts.RepositoryDirectory, "test", "Microsoft.ML.Lora.Tests", "Data", "kernels", "goldens.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return new(document.RootElement.GetProperty(name).Clone());
    }

    /// <summary>The size of a tensor along one direction.</summary>
    public int Size(string tensor, int direction) => _tensors.GetProperty(tensor).GetProperty("shape")[direction].GetInt32();

    public int[] Whole(string tensor) => [.. Data(tensor).Select(number => number.GetInt32())];

    public float[] Floats(string tensor) => [.. Data(tensor).Select(number => number.GetSingle())];

    public double[] Doubles(string tensor) => [.. Data(tensor).Select(number => number.GetDouble())];

    private JsonElement.ArrayEnumerator Data(string tensor) => _tensors.GetProperty(tensor).GetProperty("data").EnumerateArray();
}
