using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Tests.Storage;

namespace Microsoft.ML.Lora.Tests.Tokenization;

/// <summary>The files of a small tokenizer; tests change one thing in them.</summary>
internal static class TokenizerFiles
{
    /// <summary>Its tokens, in the order of their ids.</summary>
    public static readonly string[] Tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "##s", "café", "cafe"];

    /// <summary>A source with vocab.txt of the given lines.</summary>
    public static MemorySource FromLines(params string[] lines) => FromText("vocab.txt", string.Concat(lines.Select(line => $"{line}\n")));

    /// <summary>A source with one file.</summary>
    public static MemorySource FromText(string file, string text) => new MemorySource().With(file, text);

    /// <summary>The same source with one file more.</summary>
    public static MemorySource With(this MemorySource source, string file, string text)
    {
        source.Files[file] = Encoding.UTF8.GetBytes(text);
        return source;
    }

    /// <summary>A whole tokenizer.json.</summary>
    public static JsonObject Json()
    {
        JsonObject vocabulary = [];
        for (int id = 0; id < Tokens.Length; id++)
        {
            vocabulary[Tokens[id]] = id;
        }

        return new JsonObject
        {
            ["added_tokens"] = new JsonArray(new JsonObject { ["content"] = "[CLS]", ["id"] = 2, ["special"] = true }),
            ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["lowercase"] = true, ["strip_accents"] = null },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
            ["model"] = new JsonObject { ["type"] = "WordPiece", ["unk_token"] = "[UNK]", ["vocab"] = vocabulary },
        };
    }
}
