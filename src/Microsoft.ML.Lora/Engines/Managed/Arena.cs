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
    private int _taken;

    /// <summary>Floats in the block.</summary>
    public int Length => _block.Length;

    /// <summary>Floats in the block once it holds the pieces taken since <see cref="Clear"/>.</summary>
    /// <remarks>A quarter more than asked for: lengths creep up over the first batches, and each would otherwise cost a new block.</remarks>
    public int LengthToHold =>
        _taken <= _block.Length ? _block.Length : (int)Math.Min(_taken + (long)_taken / 4, Array.MaxLength - AlignedMemory.LineFloats);

    /// <summary>Gives all pieces back.</summary>
    public void Clear() => _taken = 0;

    /// <summary>Cuts off a piece that begins on a cache line; its content is whatever was there.</summary>
    public Memory<float> Take(int length)
    {
        int start = _taken;
        int lines = (length + AlignedMemory.LineFloats - 1) / AlignedMemory.LineFloats;
        _taken = checked(start + lines * AlignedMemory.LineFloats);
        return _taken <= _block.Length ? _block.Slice(start, length) : default;
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

        int length = LengthToHold;
        _block = default;
        _block = AlignedMemory.Allocate(length);
        return false;
    }
}
