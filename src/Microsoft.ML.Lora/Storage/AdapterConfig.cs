using System.Text.Json;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Storage;

/// <summary>The settings of an adapter: <c>adapter_config.json</c>, with the fields of PEFT's LoRA.</summary>
/// <param name="BaseModel">What the encoder was called.</param>
/// <param name="Rank">r.</param>
/// <param name="Alpha">lora_alpha.</param>
/// <param name="RankStabilized">Whether the scale is lora_alpha / √r.</param>
/// <param name="Dropout">Share of the adapter's inputs set to zero while training.</param>
internal sealed record AdapterConfig(string BaseModel, int Rank, float Alpha, bool RankStabilized, float Dropout)
{
    private const string AdapterKind = "LORA";
    private const string TaskKind = "SEQ_CLS";
    private const string NoBias = "none";
    private const double MinAlpha = 1e-6;
    private const double MaxAlpha = 1 << 16;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidDataException">Fields are missing, of a wrong type or out of range.</exception>
    /// <exception cref="NotSupportedException">It is another kind of adapter.</exception>
    public static AdapterConfig Read(Stream stream, string file)
    {
        JsonFields fields = JsonFields.Parse(stream, file);
        fields.MustBe("peft_type", AdapterKind);
        fields.MustBe("task_type", TaskKind);
        fields.MustBe("bias", NoBias);
        fields.MustBeOff("use_dora");
        fields.MustBeOff("fan_in_fan_out");
        fields.MustBeEmpty("rank_pattern");
        fields.MustBeEmpty("alpha_pattern");
        fields.MustBeEmpty("layers_to_transform");
        var config = new AdapterConfig(
            fields.Text("base_model_name_or_path", otherwise: "unknown"),
            fields.Whole("r", 1, AdapterPlan.MostRank),
            (float)fields.Number("lora_alpha", MinAlpha, MaxAlpha),
            fields.Flag("use_rslora", otherwise: false),
            (float)fields.Number("lora_dropout", 0, 1, otherwise: 0));
        fields.ThrowIfFaulty();
        return config;
    }

    /// <summary>Writes the settings.</summary>
    /// <param name="target">Where to; it stays open.</param>
    /// <param name="targetModules">The adapted modules.</param>
    /// <param name="savedModules">The modules that are saved whole.</param>
    public void Write(Stream target, IEnumerable<string> targetModules, IEnumerable<string> savedModules)
    {
        using var json = new Utf8JsonWriter(target, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("base_model_name_or_path", BaseModel);
        json.WriteString("bias", NoBias);
        json.WriteBoolean("fan_in_fan_out", false);
        json.WriteBoolean("inference_mode", true);
        json.WriteNumber("lora_alpha", Alpha);
        json.WriteNumber("lora_dropout", Dropout);
        WriteTexts(json, "modules_to_save", savedModules);
        json.WriteString("peft_type", AdapterKind);
        json.WriteNumber("r", Rank);
        WriteTexts(json, "target_modules", targetModules);
        json.WriteString("task_type", TaskKind);
        json.WriteBoolean("use_rslora", RankStabilized);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
