namespace Microsoft.ML.Lora.Tokenization;

/// <summary>A value for every Unicode code point, 0 where none was set, in pages of 256 of which most are one and the same.</summary>
internal sealed class CodePointTable
{
    private const int PageSize = 256;
    private const int CodePoints = 0x110000;

    private static readonly ushort[] EmptyPage = new ushort[PageSize];

    private readonly ushort[][] _pages = [.. Enumerable.Repeat(EmptyPage, CodePoints / PageSize)];

    /// <summary>The value of a code point, from 0 to 10FFFF (hexadecimal).</summary>
    public ushort this[int codePoint]
    {
        get => _pages[codePoint / PageSize][codePoint % PageSize];
        set
        {
            ref ushort[] page = ref _pages[codePoint / PageSize];
            if (page == EmptyPage)
            {
                page = new ushort[PageSize];
            }

            page[codePoint % PageSize] = value;
        }
    }
}
