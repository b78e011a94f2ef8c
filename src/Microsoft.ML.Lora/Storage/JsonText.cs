using System.Text.Json;
using System.Text.Unicode;

namespace Microsoft.ML.Lora.Storage;

/// <summary>Checks a file's JSON as a whole, so that reading it afterwards cannot fail half-way.</summary>
internal static class JsonText
{
    /// <summary>Checks encoding, syntax, depth, and that every text is whole characters.</summary>
    /// <param name="json">The JSON, in UTF-8.</param>
    /// <param name="subject">What to call it in a message.</param>
    /// <param name="options">The rules that it will be read by.</param>
    /// <exception cref="InvalidDataException">It breaks one of them.</exception>
    public static void Check(ReadOnlySpan<byte> json, string subject, JsonReaderOptions options)
    {
        if (!Utf8.IsValid(json))
        {
            throw new InvalidDataException($"{subject} is not valid UTF-8.");
        }

        var reader = new Utf8JsonReader(json, options);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{subject} is not valid JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // An escape such as \ud800 alone.
            throw new InvalidDataException($"{subject} escapes half of a character: {exception.Message}", exception);
        }
    }
}
