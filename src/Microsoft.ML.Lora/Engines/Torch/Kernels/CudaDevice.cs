using System.Collections.Concurrent;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>A GPU, with the context in which the device library works on it.</summary>
internal sealed class CudaDevice
{
    /// <summary>How what belongs to a GPU is made when first asked for: a fault, such as a memory full of others' work, does not stand for the life of the process.</summary>
    public const LazyThreadSafetyMode Retried = LazyThreadSafetyMode.PublicationOnly;

    private static readonly ConcurrentDictionary<int, Lazy<CudaDevice>> Devices = new();

    private readonly nint _context;

    private CudaDevice(int index)
    {
        CudaDriver.Check(CudaDriver.DeviceGet(out int device, index), $"finding GPU {index}");
        CudaDriver.Check(CudaDriver.DeviceGetAttribute(out int major, CudaDriver.MajorCapability, device), "asking for the compute capability");
        CudaDriver.Check(CudaDriver.DeviceGetAttribute(out int minor, CudaDriver.MinorCapability, device), "asking for the compute capability");
        CudaDriver.Check(CudaDriver.PrimaryContextRetain(out _context, device), "taking the device's context");
        Capability = new Version(major, minor);
    }

    /// <summary>The compute capability.</summary>
    public Version Capability { get; }

    /// <summary>The GPU of a number.</summary>
    /// <param name="index">Its number, from 0.</param>
    /// <exception cref="CudaException">There is none, or it does not answer.</exception>
    public static CudaDevice Of(int index) => Devices.GetOrAdd(index, number => new Lazy<CudaDevice>(() => new CudaDevice(number), Retried)).Value;

    /// <summary>Makes this device's context the calling thread's until the turn is disposed of.</summary>
    public Turn Enter()
    {
        CudaDriver.Check(CudaDriver.ContextPush(_context), "entering the device's context");
        return new Turn(_context);
    }

    /// <summary>The time in which the context is the thread's.</summary>
    /// <param name="context">The context.</param>
    public readonly ref struct Turn(nint context)
    {
        /// <summary>Gives the thread back the context that it had.</summary>
        /// <exception cref="InvalidOperationException">Another turn was not ended before this one.</exception>
        public void Dispose()
        {
            CudaDriver.Check(CudaDriver.ContextPop(out nint left), "leaving the device's context");
            if (left != context)
            {
                throw new InvalidOperationException("A turn in a device's context ended before one that began later.");
            }
        }
    }
}
