using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.Lora.Storage;

/// <summary>A stream's content, read where it is asked for: nothing of it stays in memory. Owns the stream.</summary>
internal sealed class StoredBytes : IDisposable
{
    private readonly Stream _stream;
    private readonly Lock _turn = new();

    /// <param name="stream">A stream that can seek, at its beginning. Owned by this object from here on, even if this fails.</param>
    public StoredBytes(Stream stream)
    {
        _stream = stream;
        try
        {
            Length = stream.Length;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Number of bytes.</summary>
    public long Length { get; }

    /// <summary>What shows whether the content was changed since.</summary>
    /// <exception cref="IOException">The file system does not answer.</exception>
    public FileState State => _stream is FileStream file ? StateOf(file.SafeFileHandle) : new FileState(Length, default);

    /// <summary>Copies a run of the bytes. For any number of threads.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="bytes">Overwritten.</param>
    /// <exception cref="EndOfStreamException">The file was cut short since it was opened.</exception>
    public void Read(long start, Span<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(!_stream.CanRead, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - bytes.Length);
        if (_stream is not FileStream file)
        {
            lock (_turn)
            {
                _stream.Position = start;
                _stream.ReadExactly(bytes);
            }

            return;
        }

        for (int done = 0; done < bytes.Length;)
        {
            int count = RandomAccess.Read(file.SafeFileHandle, bytes[done..], start + done);
            done += count > 0 ? count : throw new EndOfStreamException($"{file.Name} was cut short while it was read.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static FileState StateOf(SafeFileHandle handle) => new(RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));
}
