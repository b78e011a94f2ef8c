using System.Runtime.CompilerServices;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>Where a product is written, and what it is added to: y = scale · product + start.</summary>
internal readonly unsafe struct TileTarget
{
    private readonly float* _y;
    private readonly nint _stride;
    private readonly float* _start;
    private readonly nint _startStride;
    private readonly float _scale;

    private TileTarget(float* y, nint stride, float* start, nint startStride, float scale, bool isRoomy = false)
    {
        _y = y;
        _stride = stride;
        _start = start;
        _startStride = startStride;
        _scale = scale;
        IsRoomy = isRoomy;
    }

    /// <summary>Whether rows may be written to as far as tiles reach, and not just as far as there are columns.</summary>
    public bool IsRoomy { get; }

    /// <summary>y = scale · product.</summary>
    public static TileTarget Overwriting(float* y, nint stride, float scale = 1) => new(y, stride, null, 0, scale);

    /// <summary>y = scale · product, in rows with <see cref="RoomyWidth"/> numbers to write to.</summary>
    public static TileTarget Roomy(float* y, nint stride, float scale = 1) => new(y, stride, null, 0, scale, isRoomy: true);

    /// <summary>y = product + bias, the same bias for every row.</summary>
    public static TileTarget OnBias(float* y, nint stride, float* bias) => new(y, stride, bias, 0, 1);

    /// <summary>y += scale · product.</summary>
    public static TileTarget Adding(float* y, nint stride, float scale = 1) => new(y, stride, y, stride, scale);

    /// <summary>The same for the product's next piece of depth: what the first has written is added to.</summary>
    public TileTarget Continued => new(_y, _stride, _y, _stride, _scale, IsRoomy);

    /// <summary>How far tiles reach in a row of so many columns: to the end of the last register, of whatever width.</summary>
    public static int RoomyWidth(int columns) => checked((columns + 15) / 16 * 16);

    /// <summary>The part from this row and column on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileTarget At(int row, int column) => new(
        _y + (row * _stride) + column, _stride, _start == null ? null : _start + (row * _startStride) + column, _startStride, _scale, IsRoomy);

    /// <summary>The same with something to start from: <paramref name="zeros"/>, as many as a tile is wide, if there is nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileTarget From(float* zeros) => _start == null ? new(_y, _stride, zeros, 0, _scale, IsRoomy) : this;

    /// <summary>Writes a whole row of a tile. There must be something to start from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write<V>(int row, V sum)
        where V : struct, ILanes<V> =>
        V.Store(_y + (row * _stride), V.MultiplyAdd(sum, V.Create(_scale), V.Load(_start + (row * _startStride))));

    /// <summary>Writes the first columns of a row of a tile. There must be something to start from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write<V>(int row, int columns, V sum)
        where V : struct, ILanes<V> =>
        V.Store(
            _y + (row * _stride), columns, V.MultiplyAdd(sum, V.Create(_scale), V.Load(_start + (row * _startStride), columns, default)));

    /// <summary>Writes one number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(int row, int column, float sum)
    {
        float start = _start == null ? 0 : _start[(row * _startStride) + column];
        _y[(row * _stride) + column] = start + (_scale * sum);
    }
}
