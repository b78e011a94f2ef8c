using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Storage;

/// <summary>
/// A stream's content as memory that does not move: a file is mapped, a resource of a loaded assembly is used where it lies,
/// and anything else is copied. Owns the stream.
/// </summary>
/// <remarks>As with every mapping, a file that another process cuts short meanwhile ends this process.</remarks>
internal sealed unsafe class MappedBytes : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();
    private readonly byte* _start;

    /// <param name="stream">A stream with a length, at its beginning. Owned by this object from here on, even if this fails.</param>
    /// <exception cref="NotSupportedException">The content is neither file nor memory, and longer than an array can be.</exception>
    public MappedBytes(Stream stream)
    {
        _owned.Push(stream);
        try
        {
            Length = stream.Length;
            _start = stream switch
            {
                _ when Length == 0 => null,
                FileStream file => Map(file),
                UnmanagedMemoryStream memory => memory.PositionPointer,
                _ => Copy(stream),
            };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Number of bytes.</summary>
    public long Length { get; }

    /// <summary>A run of the bytes; valid until this object is disposed.</summary>
    public ReadOnlySpan<byte> Slice(long start, int length)
    {
        ObjectDisposedException.ThrowIf(_owned.Count == 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - length);
        return new(_start + start, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_owned.TryPop(out IDisposable? owned))
        {
            owned.Dispose();
        }
    }

    private byte* Map(FileStream file)
    {
        MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
            file, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _owned.Push(map);
        MemoryMappedViewAccessor view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _owned.Push(view);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _owned.Push(new AcquiredPointer(view.SafeMemoryMappedViewHandle));
        return start + view.PointerOffset;
    }

    private byte* Copy(Stream stream)
    {
        if (Length > Array.MaxLength)
        {
            throw new NotSupportedException(
                $"{Length} bytes are too many to be copied into memory ({Array.MaxLength} are allowed): give a file.");
        }

        var copy = new NativeCopy((nuint)Length);
        _owned.Push(copy);
        stream.ReadExactly(new Span<byte>(copy.Start, (int)Length));
        return copy.Start;
    }

    private sealed class AcquiredPointer(SafeBuffer buffer) : IDisposable
    {
        public void Dispose() => buffer.ReleasePointer();
    }

    private sealed class NativeCopy(nuint length) : IDisposable
    {
        public byte* Start { get; } = (byte*)NativeMemory.Alloc(length);

        public void Dispose() => NativeMemory.Free(Start);
    }
}
