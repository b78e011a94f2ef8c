using System.Text;

namespace Microsoft.ML.Lora.Tokenization;

/// <summary>The tokens an encoder knows. A token's id is its place among them, from 0.</summary>
internal sealed class Vocabulary
{
    private const char ByteOrderMark = '\uFEFF';

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string[] _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly string _file;

    private Vocabulary(string[] tokens, Dictionary<string, int> ids, string file)
    {
        _tokens = tokens;
        _ids = ids;
        _file = file;
    }

    /// <summary>How many tokens there are.</summary>
    public int Count => _tokens.Length;

    /// <summary>Reads a file of one token a line.</summary>
    /// <exception cref="InvalidDataException">A line is empty or repeats another, or the file is not UTF-8.</exception>
    public static Vocabulary FromLines(Stream stream, string file)
    {
        string[] tokens = [.. ReadLines(stream, file)];
        Dictionary<string, int> ids = new(tokens.Length);
        for (int id = 0; id < tokens.Length; id++)
        {
            int line = id + 1;
            if (tokens[id].Length == 0)
            {
                throw new InvalidDataException($"{file}: line {line} is empty, but each line must hold one token.");
            }

            if (tokens[id].Contains('\r'))
            {
                throw new InvalidDataException($"{file}: line {line} holds a carriage return inside, but each line must hold one token.");
            }

            if (!ids.TryAdd(tokens[id], id))
            {
                throw new InvalidDataException(
                    $"{file}: line {line} repeats the token '{tokens[id]}' of line {ids[tokens[id]] + 1}, but each must have one id.");
            }
        }

        return NotEmpty(new Vocabulary(tokens, ids, file));
    }

    /// <summary>Takes tokens with their ids, in any order.</summary>
    /// <exception cref="InvalidDataException">A token occurs twice, or the ids are not 0 to the number of tokens less one.</exception>
    public static Vocabulary FromEntries(IReadOnlyCollection<(string Token, int Id)> entries, string file)
    {
        string[] tokens = new string[entries.Count];
        Dictionary<string, int> ids = new(entries.Count);
        foreach ((string token, int id) in entries)
        {
            if (token.Length == 0 || token.AsSpan().ContainsAny('\r', '\n'))
            {
                throw new InvalidDataException(
                    $"{file}: the token of id {id} is empty or holds a line break, which no word can match.");
            }

            if (!ids.TryAdd(token, id))
            {
                throw new InvalidDataException($"{file}: the token '{token}' occurs twice, with the ids {ids[token]} and {id}.");
            }

            if (id < 0 || id >= tokens.Length)
            {
                throw new InvalidDataException(
                    $"{file}: the token '{token}' has the id {id}, but {tokens.Length} tokens must have the ids 0 to {tokens.Length - 1}.");
            }

            if (tokens[id] is string other)
            {
                throw new InvalidDataException($"{file}: the tokens '{other}' and '{token}' have the same id {id}.");
            }

            tokens[id] = token;
        }

        return NotEmpty(new Vocabulary(tokens, ids, file));
    }

    /// <summary>The id of a token the encoder cannot do without.</summary>
    /// <param name="token">The token.</param>
    /// <param name="setting">The entry of tokenizer_config.json that names it.</param>
    /// <exception cref="InvalidDataException">The vocabulary lacks it.</exception>
    public int RequiredId(string token, string setting) => _ids.TryGetValue(token, out int id)
        ? id
        : throw new InvalidDataException(
            $"{_file}: the special token '{token}' is missing. "
            + $"If the encoder calls it otherwise, name it as '{setting}' in {TokenizerConfig.FileName}.");

    /// <summary>Refuses to stand beside another vocabulary that has other tokens, or the same in another order.</summary>
    /// <param name="other">The other one.</param>
    /// <param name="otherFile">What to call its file.</param>
    /// <exception cref="InvalidDataException">It differs.</exception>
    public void RequireSameTokens(Vocabulary other, string otherFile)
    {
        if (Count != other.Count)
        {
            throw new InvalidDataException(
                $"{_file} has {Count} tokens, but {otherFile} has {other.Count}: they belong to different encoders.");
        }

        int id = _tokens.AsSpan().CommonPrefixLength(other._tokens);
        if (id < Count)
        {
            throw new InvalidDataException(
                $"{_file}: line {id + 1} is '{_tokens[id]}', but {otherFile} gives the id {id} to '{other._tokens[id]}': "
                + "they belong to different encoders.");
        }
    }

    /// <summary>The tokens, one a line.</summary>
    public Stream ToLines() => new MemoryStream(StrictUtf8.GetBytes(string.Join('\n', _tokens)), writable: false);

    private static List<string> ReadLines(Stream stream, string file)
    {
        using StreamReader reader = new(stream, StrictUtf8, detectEncodingFromByteOrderMarks: false);
        try
        {
            string text = reader.ReadToEnd();
            if (text.StartsWith(ByteOrderMark))
            {
                throw new InvalidDataException($"{file} starts with a byte order mark: save it as UTF-8 without one.");
            }

            List<string> lines = [.. text.Split('\n').Select(line => line.EndsWith('\r') ? line[..^1] : line)];
            if (lines[^1].Length == 0)
            {
                lines.RemoveAt(lines.Count - 1);
            }

            return lines;
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"{file} is not valid UTF-8.", exception);
        }
    }

    private static Vocabulary NotEmpty(Vocabulary vocabulary) => vocabulary.Count > 0
        ? vocabulary
        : throw new InvalidDataException($"{vocabulary._file} holds no tokens.");
}
