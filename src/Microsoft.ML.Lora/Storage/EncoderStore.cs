using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>
/// An encoder's weights, in memory until somebody is content with matrices that stay in their file. The file is open from then on, so that it can be
/// deleted or replaced, and what was in it is still there; it is closed when nobody uses the encoder any more.
/// </summary>
/// <remarks>For any number of threads.</remarks>
internal sealed class EncoderStore
{
    private readonly Lock _turn = new();
    private readonly FileState _state;
    private readonly Func<SafetensorsFile> _open;
    private readonly Func<SafetensorsFile, bool, EncoderWeights> _read;
    private readonly WeakReference<EncoderWeights> _inMemory;
    private EncoderWeights? _held;
    private SafetensorsFile? _file;
    private EncoderWeights? _inFile;

    /// <param name="weights">The weights in memory.</param>
    /// <param name="state">Of the file when they were read.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="read">Reads an encoder out of it, with its matrices or, where true, without.</param>
    public EncoderStore(EncoderWeights weights, FileState state, Func<SafetensorsFile> open, Func<SafetensorsFile, bool, EncoderWeights> read)
    {
        (_held, _state, _open, _read) = (weights, state, open, read);
        _inMemory = new WeakReference<EncoderWeights>(weights);
        Shape = weights.Shape;
    }

    /// <summary>The sizes.</summary>
    public EncoderShape Shape { get; }

    /// <summary>Why the weights stayed in memory when <see cref="InFile"/> was last asked for, as a sentence for the log; <see langword="null"/> if they did not.</summary>
    public string? StayedInMemory { get; private set; }

    /// <summary>Whether the file was written to since weights in memory were let go of, so that nothing can be read from it any more.</summary>
    /// <exception cref="IOException">The file system does not answer.</exception>
    public bool IsLost
    {
        get
        {
            lock (_turn)
            {
                return _file is not null && _file.State != _state;
            }
        }
    }

    /// <summary>The weights in memory: those that are in use, or else read again.</summary>
    /// <exception cref="InvalidDataException">The file was written to since they were let go.</exception>
    public EncoderWeights OnHost()
    {
        lock (_turn)
        {
            if ((_held ?? (_inMemory.TryGetTarget(out EncoderWeights? used) ? used : null)) is { } weights)
            {
                return weights;
            }

            RequireUnchanged();
            weights = _read(_file!, false);
            _inMemory.SetTarget(weights);
            return weights;
        }
    }

    /// <summary>
    /// The weights with their matrices in the file, and lets go of those in memory. If the file is not what was read any more, those in memory
    /// stay, and are handed out; <see cref="StayedInMemory"/> says why.
    /// </summary>
    /// <exception cref="InvalidDataException">The file was written to since those in memory were let go.</exception>
    public EncoderWeights InFile()
    {
        lock (_turn)
        {
            if (_inFile is not null)
            {
                RequireUnchanged();
                return _inFile;
            }

            if (Reopened() is not { } again)
            {
                return _held!;
            }

            (_file, _inFile, _held, StayedInMemory) = (again.File, again.Weights, null, null);
        }

        // What comes now allocates next to nothing, and so the collector would not look for hundreds of megabytes for as long as it lasts.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return _inFile;
    }

    /// <summary>The file and the weights in it; <see langword="null"/> if it is not what was read any more.</summary>
    private (SafetensorsFile File, EncoderWeights Weights)? Reopened()
    {
        SafetensorsFile? file = null;
        string reason = "its file is no longer the one that was read";
        try
        {
            file = _open();
            if (file.State == _state && _read(file, true) is var weights && AgreesWithHeld(weights))
            {
                return (file, weights);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // What cannot be read is not what was read.
            reason = $"its file cannot be read again: {error.Message}";
        }

        file?.Dispose();
        StayedInMemory = $"The encoder stays in memory beside its copy on the device, since {reason.TrimEnd('.')}. Results are the same.";
        return null;
    }

    /// <summary>Whether each tensor's first row is as it is in memory: another encoder's file can be as long, and as old where times are set.</summary>
    private bool AgreesWithHeld(EncoderWeights inFile)
    {
        IReadOnlyDictionary<string, Matrix> held = EncoderTensors.ByName(_held!);
        return EncoderTensors.ByName(inFile).All(tensor =>
        {
            float[] row = new float[tensor.Value.Columns];
            tensor.Value.Read(0, row);
            return held[tensor.Key].Row(0).SequenceEqual(row);
        });
    }

    private void RequireUnchanged()
    {
        if (_file!.State != _state)
        {
            throw new InvalidDataException(
                $"{_file.Name} was written to while the encoder was in use, which takes its weights from there: put the file back that it was, and load the encoder or the model again.");
        }
    }
}
