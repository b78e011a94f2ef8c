using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>Compiles CUDA C++ for one kind of device, by the compiler that comes with the device library.</summary>
internal static unsafe partial class KernelCompiler
{
    /// <summary>Compiles a source.</summary>
    /// <param name="name">A name for messages.</param>
    /// <param name="source">CUDA C++ that includes nothing.</param>
    /// <param name="capability">The compute capability of the device that it is for.</param>
    /// <param name="definitions">Macros and their values.</param>
    /// <returns>The device's machine code.</returns>
    /// <exception cref="CudaException">The compiler refuses the source or does not know the device.</exception>
    public static byte[] Compile(string name, string source, Version capability, params (string Name, int Value)[] definitions)
    {
        Check(Create(out nint program, source, name, 0, null, null), $"reading {name}");
        try
        {
            string[] options = [$"--gpu-architecture=sm_{capability.Major}{capability.Minor}", .. definitions.Select(macro => $"--define-macro={macro.Name}={macro.Value}")];
            int result = Compile(program, options);
            if (result != 0)
            {
                throw new CudaException($"Compiling {name} with {string.Join(' ', options)} failed: {Text(result)}. {Log(program)}".TrimEnd());
            }

            Check(ImageSize(program, out nuint size), $"compiling {name}");
            var image = new byte[size];
            fixed (byte* target = image)
            {
                Check(Image(program, target), $"compiling {name}");
            }

            return image;
        }
        finally
        {
            _ = Destroy(ref program);
        }
    }

    private static int Compile(nint program, string[] options)
    {
        var texts = new nint[options.Length];
        try
        {
            for (int i = 0; i < texts.Length; i++)
            {
                texts[i] = Marshal.StringToCoTaskMemUTF8(options[i]);
            }

            fixed (nint* pointers = texts)
            {
                return CompileProgram(program, options.Length, (byte**)pointers);
            }
        }
        finally
        {
            foreach (nint text in texts)
            {
                Marshal.FreeCoTaskMem(text);
            }
        }
    }

    private static string Log(nint program)
    {
        if (LogSize(program, out nuint size) != 0)
        {
            return string.Empty;
        }

        var log = new byte[size];
        fixed (byte* target = log)
        {
            return ProgramLog(program, target) == 0 ? Encoding.UTF8.GetString(log).TrimEnd('\0', '\n') : string.Empty;
        }
    }

    private static void Check(int result, string what)
    {
        if (result != 0)
        {
            throw new CudaException($"The compiler of CUDA kernels failed in {what}: {Text(result)}.");
        }
    }

    private static string Text(int result) => $"{Marshal.PtrToStringUTF8((nint)ErrorText(result))} ({result})";

    [LibraryImport(CudaLibraries.Compiler, EntryPoint = "nvrtcCreateProgram", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Create(out nint program, string source, string name, int headers, byte** sources, byte** names);

    [LibraryImport(CudaLibraries.Compiler, EntryPoint = "nvrtcCompileProgram")]
    private static partial int CompileProgram(nint program, int count, byte** options);

    [LibraryImport(CudaLibraries.Compiler, EntryPoint = "nvrtcGetCUBINSize")]
    private static partial int ImageSize(nint program, out nuint size);

    [LibraryImport(CudaLibraries.Compiler, EntryPoint = "nvrtcGetCUBIN")]
    private static partial int Image(nint program, byte* image);

    [LibraryImport(CudaLibraries.Compiler, EntryPoint = "nvrtcGetProgramLogSize")]
    private static partial int LogSize(nint program, out nuint size);

    [LibraryImport(CudaLibraries.Compiler, EntryPoint = "nvrtcGetProgramLog")]
    private static partial int ProgramLog(nint program, byte* log);

    [LibraryImport(CudaLibraries.Compiler, EntryPoint = "nvrtcDestroyProgram")]
    private static partial int Destroy(ref nint program);

    [LibraryImport(CudaLibraries.Compiler, EntryPoint = "nvrtcGetErrorString")]
    private static partial byte* ErrorText(int result);
}
