using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>
/// An open safetensors file: 8 bytes of header length, a JSON header, the tensors' bytes. Nothing of it is believed before it is checked,
/// and nothing is allocated that the file's own length does not bound.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    private const int ChunkElements = 1 << 16;

    private readonly StoredBytes _bytes;
    private readonly long _dataStart;
    private readonly Dictionary<string, StoredTensor> _tensors;

    private SafetensorsFile(string name, StoredBytes bytes, SafetensorsHeader header, long dataStart)
    {
        Name = name;
        Header = header;
        _bytes = bytes;
        _dataStart = dataStart;
        _tensors = header.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    private static ReadOnlySpan<byte> LargeFilePointer => "version https://git-lfs"u8;

    /// <summary>What to call the file in a message.</summary>
    public string Name { get; }

    /// <summary>What the file holds.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="stream">The file; it is closed when this object is disposed, or if this fails.</param>
    /// <param name="name">What to call the file in a message.</param>
    /// <exception cref="InvalidDataException">The file is not a safetensors file, or a damaged one.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine stores numbers with their highest byte first.</exception>
    public static SafetensorsFile Open(Stream stream, string name)
    {
        var bytes = new StoredBytes(stream);
        try
        {
            if (!BitConverter.IsLittleEndian)
            {
                throw new PlatformNotSupportedException("safetensors files can be read on little-endian machines only.");
            }

            byte[] json = new byte[ReadHeaderLength(bytes, name)];
            bytes.Read(SafetensorsHeader.LengthSize, json);
            long dataStart = SafetensorsHeader.LengthSize + json.Length;
            return new SafetensorsFile(name, bytes, SafetensorsHeader.Parse(json, bytes.Length - dataStart, name), dataStart);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>What shows whether the file was changed since.</summary>
    public FileState State => _bytes.State;

    /// <summary>The tensor of that name, or <see langword="null"/>.</summary>
    public StoredTensor? Find(string tensor) => _tensors.GetValueOrDefault(tensor);

    /// <summary>Reads a tensor as fp32.</summary>
    /// <exception cref="InvalidDataException">Its elements are not F32, F16 or BF16, or one of them is not finite.</exception>
    /// <exception cref="NotSupportedException">It has more elements than an array can.</exception>
    public float[] Read(StoredTensor tensor)
    {
        RequireReadable(tensor);
        if (tensor.Count > Array.MaxLength)
        {
            throw new NotSupportedException(
                $"{Name}: tensor '{tensor.Name}' has {tensor.Count} elements; up to {Array.MaxLength} are supported.");
        }

        var values = GC.AllocateUninitializedArray<float>((int)tensor.Count);
        Read(tensor, 0, values);
        return values;
    }

    /// <summary>Reads a run of a tensor's elements as fp32.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="values">One for each. Overwritten.</param>
    /// <exception cref="InvalidDataException">The elements are not F32, F16 or BF16, or one of them is not finite.</exception>
    public void Read(StoredTensor tensor, long first, Span<float> values)
    {
        RequireReadable(tensor);
        int size = StoredFloats.SizeOf(tensor.ElementType);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkElements * sizeof(ushort));
        try
        {
            for (int done = 0; done < values.Length; done += ChunkElements)
            {
                Span<float> chunk = values.Slice(done, Math.Min(ChunkElements, values.Length - done));

                // Elements of 32 bits go straight to their place.
                Span<byte> stored = size == sizeof(float) ? MemoryMarshal.AsBytes(chunk) : buffer.AsSpan(0, chunk.Length * size);
                _bytes.Read(_dataStart + tensor.Start + ((first + done) * size), stored);
                StoredFloats.Convert(tensor.ElementType, stored, chunk);
                RequireFinite(tensor, first + done, chunk);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads all tensors as fp32, in the order of their data.</summary>
    /// <inheritdoc cref="Read(StoredTensor)" path="/exception"/>
    public IReadOnlyList<NamedTensor> ReadAll() => [.. Header.Tensors.Select(tensor => ReadNamed(tensor, tensor.Name))];

    /// <summary>Reads a tensor as fp32 under a name of the caller's.</summary>
    /// <inheritdoc cref="Read(StoredTensor)" path="/exception"/>
    public NamedTensor ReadNamed(StoredTensor tensor, string name)
    {
        // With no elements at all, the other dimensions may be of any size.
        return tensor.Shape.All(dimension => dimension <= int.MaxValue)
            ? new NamedTensor(name, [.. tensor.Shape.Select(dimension => (int)dimension)], Read(tensor))
            : throw new InvalidDataException($"{Name}: tensor '{tensor.Name}' has the impossible shape {TensorShape.Describe(tensor.Shape)}.");
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    private void RequireReadable(StoredTensor tensor)
    {
        if (!ElementTypes.IsReadable(tensor.ElementType))
        {
            throw new InvalidDataException(
                $"{Name}: tensor '{tensor.Name}' holds {tensor.ElementType} elements, but F32, F16 or BF16 is needed.");
        }
    }

    private void RequireFinite(StoredTensor tensor, long first, ReadOnlySpan<float> values)
    {
        if (!StoredFloats.AreFinite(values))
        {
            int wrong = IndexOfNonFinite(values);
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{Name}: tensor '{tensor.Name}' holds {values[wrong]} at element {first + wrong}; every element must be finite."));
        }
    }

    private static int ReadHeaderLength(StoredBytes bytes, string name)
    {
        if (bytes.Length < SafetensorsHeader.LengthSize)
        {
            throw new InvalidDataException(bytes.Length == 0
                ? $"{name} is empty; copy it again."
                : $"{name} has {bytes.Length} bytes, too few for a safetensors file; copy it again.");
        }

        Span<byte> start = stackalloc byte[(int)Math.Min(bytes.Length, LargeFilePointer.Length)];
        bytes.Read(0, start);
        if (start.SequenceEqual(LargeFilePointer))
        {
            throw new InvalidDataException(
                $"{name} is a Git LFS pointer, not the file itself: run 'git lfs pull' where it was cloned, and copy it again.");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > SafetensorsHeader.MaxLength)
        {
            throw new InvalidDataException(
                $"{name} is not a safetensors file: its first 8 bytes say that the header has {length} bytes; "
                + $"up to {SafetensorsHeader.MaxLength} are allowed.");
        }

        long behind = bytes.Length - SafetensorsHeader.LengthSize;
        return (long)length <= behind
            ? (int)length
            : throw new InvalidDataException($"{name} is cut short: its header has {length} bytes, but {behind} follow; copy it again.");
    }

    private static int IndexOfNonFinite(ReadOnlySpan<float> values)
    {
        int index = 0;
        while (float.IsFinite(values[index]))
        {
            index++;
        }

        return index;
    }
}
