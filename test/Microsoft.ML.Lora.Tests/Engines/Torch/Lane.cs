namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>What the place that runs the tests promises to have. Where it is absent all the same, tests that need it fail; elsewhere they are inconclusive.</summary>
/// <param name="PromisesTorch">TorchSharp's native parts.</param>
/// <param name="PromisesGpu">A GPU, and with it the native parts.</param>
internal sealed record Lane(bool PromisesTorch, bool PromisesGpu)
{
    private const string TorchVariable = "LORAML_REQUIRE_TORCH";
    private const string GpuVariable = "LORAML_REQUIRE_GPU";

    /// <summary>What the environment of this process promises.</summary>
    public static Lane Current { get; } = From(Environment.GetEnvironmentVariable);

    /// <summary>What variables promise.</summary>
    public static Lane From(Func<string, string?> variable) => new(variable(TorchVariable) == "1", variable(GpuVariable) == "1");

    /// <summary>Fails if native parts are promised, or a GPU.</summary>
    /// <param name="missing">Why there are none.</param>
    public void CheckTorch(string missing)
    {
        CheckGpu(missing);
        if (PromisesTorch)
        {
            Assert.Fail($"{TorchVariable} is 1, but: {missing}");
        }
    }

    /// <summary>Fails if a GPU is promised.</summary>
    /// <param name="missing">Why there is none.</param>
    public void CheckGpu(string missing)
    {
        if (PromisesGpu)
        {
            Assert.Fail($"{GpuVariable} is 1, but: {missing}");
        }
    }
}
