namespace TorchSharp;

/// <summary>The functions of TorchSharp that the extension calls.</summary>
public static partial class torch
{
    public static readonly Device CPU = new(DeviceType.CPU);

    public static void InitializeDeviceType(DeviceType deviceType) => throw Absent.Member();

    public static Device device(DeviceType deviceType, int index = -1) => throw Absent.Member();

    public static DisposeScope NewDisposeScope() => throw Absent.Member();

    public static IDisposable no_grad() => throw Absent.Member();

    public static IDisposable enable_grad(bool enabled = true) => throw Absent.Member();

    public static Tensor from_array(Array rawArray, Device? device = null) => throw Absent.Member();

    public static Tensor empty(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        throw Absent.Member();

    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        throw Absent.Member();

    public static Tensor rand(
        long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        throw Absent.Member();

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        throw Absent.Member();

    public static Tensor cat(Tensor[] tensors, long dim = 0) => throw Absent.Member();

    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => throw Absent.Member();

    public static partial class cuda
    {
        public static int device_count() => throw Absent.Member();

        public static void manual_seed_all(long seed) => throw Absent.Member();
    }

    public static partial class backends
    {
        public static partial class cuda
        {
            public static partial class matmul
            {
                public static bool allow_tf32
                {
                    get => throw Absent.Member();
                    set => throw Absent.Member();
                }
            }
        }
    }

    public static partial class jit
    {
        public static CompilationUnit compile(string script) => throw Absent.Member();

        public sealed class CompilationUnit
        {
            private CompilationUnit()
            {
            }

            public object invoke(string name, params object[] objs) => throw Absent.Member();
        }
    }

    public static partial class linalg
    {
        public static (Tensor L, Tensor info) inv_ex(Tensor input, bool check_errors = false) => throw Absent.Member();
    }
}
