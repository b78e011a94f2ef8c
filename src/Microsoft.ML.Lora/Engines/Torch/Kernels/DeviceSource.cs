namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>The sources that are compiled for devices: scripts (Scripts/*.py) and kernels (Kernels/*.cu), which are resources of this assembly.</summary>
internal static class DeviceSource
{
    /// <summary>The text of one.</summary>
    /// <param name="name">Its file's name.</param>
    public static string Text(string name)
    {
        using var reader = new StreamReader(typeof(DeviceSource).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
