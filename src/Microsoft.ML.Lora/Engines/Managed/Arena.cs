namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// One block of float memory that is cut into pieces anew for every piece of work, and grows to the largest seen.
/// </summary>
/// <remarks>
/// Use: <c>do { arena.Clear(); /* Take … */ } while (!arena.Holds());</c>. While the block is too small, <see cref="Take"/> only counts;
/// then <see cref="Holds"/> enlarges the block, and the second round succeeds.
/// </remarks>
internal sealed class Arena
{
    private Memory<float> _block;
    private long _taken;

    /// <summary>Floats in the block.</summary>
    public int Length => _block.Length;

    /// <summary>Floats in the block once it holds the pieces taken since <see cref="Clear"/>.</summary>
    /// <remarks>A quarter more than asked for: lengths creep up over the first batches, and each would otherwise cost a new block.</remarks>
    public long LengthToHold => _taken <= _block.Length ? _block.Length : Math.Max(_taken, Math.Min(_taken + (_taken / 4), MostFloats));

    /// <summary>Whether a block can be as long as the pieces taken since <see cref="Clear"/>.</summary>
    public bool CanHold => _taken <= MostFloats;

    private static int MostFloats => Array.MaxLength - AlignedMemory.LineFloats;

    /// <summary>Gives all pieces back.</summary>
    public void Clear() => _taken = 0;

    /// <summary>Gives the block back.</summary>
    public void Release() => _block = default;

    /// <summary>Cuts off a piece that begins on a cache line; its content is whatever was there.</summary>
    public Memory<float> Take(long length)
    {
        long start = _taken;
        long lines = (length + AlignedMemory.LineFloats - 1) / AlignedMemory.LineFloats;
        _taken = checked(start + (lines * AlignedMemory.LineFloats));
        return _taken <= _block.Length ? _block.Slice((int)start, (int)length) : default;
    }

    /// <summary>
    /// Whether all pieces taken fitted. If not, the block has become large enough for them, and all are to be taken again.
    /// </summary>
    public bool Holds()
    {
        if (_taken <= _block.Length)
        {
            return true;
        }

        int length = checked((int)LengthToHold);
        _block = default;
        _block = AlignedMemory.Allocate(length);
        return false;
    }
}
