namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>Kernels of one source (Kernels/*.cu), compiled for one GPU and loaded there for as long as the process lives.</summary>
internal sealed unsafe class KernelModule
{
    private readonly CudaDevice _device;
    private readonly string _name;
    private readonly nint _module;

    /// <param name="device">The GPU's number.</param>
    /// <param name="sources">The sources' names, each compiled behind the ones before; the last one has the kernels.</param>
    /// <param name="definitions">Macros and their values.</param>
    /// <exception cref="CudaException">It does not compile or load.</exception>
    public KernelModule(int device, string[] sources, params (string Name, int Value)[] definitions)
    {
        (_device, _name) = (CudaDevice.Of(device), sources[^1]);
        byte[] image = KernelCompiler.Compile(_name, string.Join('\n', sources.Select(DeviceSource.Text)), _device.Capability, definitions);
        using CudaDevice.Turn turn = _device.Enter();
        fixed (byte* code = image)
        {
            CudaDriver.Check(CudaDriver.ModuleLoad(out _module, code), $"loading {_name}");
        }
    }

    /// <summary>One of its kernels.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="sharedBytes">The shared memory that a block of it asks for when it is launched.</param>
    /// <exception cref="CudaException">There is none, or the GPU has less shared memory.</exception>
    public nint Kernel(string name, int sharedBytes = 0)
    {
        using CudaDevice.Turn turn = _device.Enter();
        CudaDriver.Check(CudaDriver.ModuleGetFunction(out nint kernel, _module, name), $"looking up {name} in {_name}");
        if (sharedBytes > 0)
        {
            CudaDriver.Check(
                CudaDriver.FunctionSetAttribute(kernel, CudaDriver.MostSharedBytes, sharedBytes), $"asking for {sharedBytes} bytes of shared memory for {name}");
        }

        return kernel;
    }
}
