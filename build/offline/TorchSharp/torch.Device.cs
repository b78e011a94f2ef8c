namespace TorchSharp;

public static partial class torch
{
    public sealed class Device
    {
        internal Device(DeviceType type) => this.type = type;

        public DeviceType type { get; }

        public int index => throw Absent.Member();
    }
}
