using System.Text;

namespace Microsoft.ML.Transforms.Text;

/// <summary>How a text is normalized, character by character.</summary>
/// <param name="CaseMode">What becomes of letters.</param>
/// <param name="KeepDiacritics">Whether letters keep their marks.</param>
/// <param name="KeepPunctuations">Whether punctuation stays.</param>
/// <param name="KeepNumbers">Whether digits and other numbers stay.</param>
internal sealed record TextNormalization(
    TextNormalizingEstimator.CaseMode CaseMode, bool KeepDiacritics, bool KeepPunctuations, bool KeepNumbers)
{
    internal static TextNormalization Read(BinaryReader reader) =>
        new((TextNormalizingEstimator.CaseMode)reader.ReadByte(), reader.ReadBoolean(), reader.ReadBoolean(), reader.ReadBoolean());

    internal void Write(BinaryWriter writer)
    {
        writer.Write((byte)CaseMode);
        writer.Write(KeepDiacritics);
        writer.Write(KeepPunctuations);
        writer.Write(KeepNumbers);
    }

    internal string Apply(ReadOnlySpan<char> text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if ((!KeepPunctuations && char.IsPunctuation(character)) || (!KeepNumbers && char.IsNumber(character)))
                continue;
            if (!KeepDiacritics && IsMark(character))
                continue;
            result.Append(WithCase(KeepDiacritics ? character : WithoutMark(character)));
        }
        return result.ToString();
    }

    private char WithCase(char character) => CaseMode switch
    {
        TextNormalizingEstimator.CaseMode.Lower => char.ToLowerInvariant(character),
        TextNormalizingEstimator.CaseMode.Upper => char.ToUpperInvariant(character),
        _ => character,
    };

    /// <summary>Combining marks of the Latin, Greek, Hebrew and Arabic scripts, as ML.NET counts them.</summary>
    private static bool IsMark(char character) => character
        is (>= '\u0300' and <= '\u036F')
        or (>= '\u0591' and <= '\u05BD') or '\u05C1' or '\u05C2' or '\u05C4' or '\u05C5' or '\u05C7'
        or (>= '\u0610' and <= '\u0615') or (>= '\u064C' and <= '\u065E') or '\u0670';

    /// <summary>The letter that carries the marks, for letters of the Latin, Greek and Cyrillic scripts.</summary>
    private static char WithoutMark(char character)
    {
        if (character is < '\u00C0' or > '\u04FF' || !char.IsLetter(character))
            return character;
        var parts = character.ToString().Normalize(NormalizationForm.FormD);
        return parts.Length > 1 ? parts[0] : character;
    }
}
