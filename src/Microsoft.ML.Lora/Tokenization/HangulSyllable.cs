namespace Microsoft.ML.Lora.Tokenization;

/// <summary>
/// The canonical decomposition of precomposed Hangul, which Unicode gives as arithmetic (The Unicode Standard, section 3.12).
/// </summary>
internal static class HangulSyllable
{
    /// <summary>The most jamo a syllable has.</summary>
    public const int MaxLength = 3;

    private const int FirstSyllable = 0xAC00;
    private const int FirstLeading = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int BeforeFirstTrailing = 0x11A7;
    private const int Leadings = 19;
    private const int Vowels = 21;
    private const int Trailings = 28;

    /// <summary>All precomposed syllables.</summary>
    public static IEnumerable<int> All => Enumerable.Range(FirstSyllable, Leadings * Vowels * Trailings);

    /// <summary>Writes the syllable's two or three jamo, and returns how many they are.</summary>
    public static int Decompose(int syllable, Span<char> jamo)
    {
        (int rest, int trailing) = Math.DivRem(syllable - FirstSyllable, Trailings);
        (int leading, int vowel) = Math.DivRem(rest, Vowels);
        jamo[0] = (char)(FirstLeading + leading);
        jamo[1] = (char)(FirstVowel + vowel);
        if (trailing == 0)
        {
            return 2;
        }

        jamo[2] = (char)(BeforeFirstTrailing + trailing);
        return 3;
    }
}
