using System.CommandLine;
using Microsoft.ML.Lora;
using SampleConsole;

namespace QuestionPairs;

/// <summary>The command line: its options, their defaults, and what they mean.</summary>
internal static class SettingsCommand
{
    /// <summary>A command that calls <paramref name="run"/> with the settings it was given.</summary>
    public static RootCommand Create(Func<Settings, int> run)
    {
        var train = new Option<FileInfo>("--train") { Description = "Training pairs: id, qid1, qid2, question1, question2, is_duplicate; tab-separated, with a header.", Required = true };
        var test = new Option<FileInfo>("--test") { Description = "Test pairs, in the same layout.", Required = true };
        var encoder = new Option<string>("--encoder") { Description = EncoderChoice.Description, DefaultValueFactory = _ => "mini" };
        var adaptation = new Option<AdaptationMethod>("--adaptation") { Description = "What of the encoder is trained, and how.", DefaultValueFactory = _ => AdaptationMethod.LowRank };
        var layers = new Option<int?>("--layers") { Description = "How many layers are adapted, counted from the top. All of them unless given; LastLayers needs it." };
        var bottleneck = new Option<int?>("--bottleneck") { Description = "Width of AdapterH's and AdapterL's bottlenecks. The library's default unless given." };
        var rank = new Option<int>("--rank") { Description = "Rank of the low-rank updates.", DefaultValueFactory = _ => 8 };
        var alpha = new Option<float>("--alpha") { Description = "lora_alpha: the updates are scaled by alpha / rank.", DefaultValueFactory = _ => 16 };
        var epochs = new Option<int>("--epochs") { Description = "How often the training pairs are gone through.", DefaultValueFactory = _ => 3 };
        var batch = new Option<int>("--batch") { Description = "Pairs per step.", DefaultValueFactory = _ => 64 };
        var rates = new RateOptions();
        var device = new DeviceOptions();
        var seed = new Option<int>("--seed") { Description = "Seed of initial weights and data order.", DefaultValueFactory = _ => 0 };
        var threads = new Option<int>("--threads") { Description = "Threads that work. The outcome does not depend on it.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var maxTokens = new Option<int>("--max-tokens") { Description = "Longest sequence in tokens.", DefaultValueFactory = _ => 128 };
        var int8 = new Option<bool>("--int8") { Description = "Measures the trained model with its weights as bytes too." };
        var json = new Option<FileInfo?>("--json") { Description = "Where to write the figures as JSON." };
        var command = new RootCommand("Fine-tunes an encoder on question pairs in GLUE's QQP layout, and measures it on others.")
        {
            train, test, encoder, adaptation, layers, bottleneck, rank, alpha, epochs, batch, seed, threads, maxTokens, int8, json,
        };
        rates.AddTo(command);
        device.AddTo(command);
        train.AcceptExistingOnly();
        test.AcceptExistingOnly();
        command.SetAction(result => run(new Settings
        {
            Train = result.GetRequiredValue(train),
            Test = result.GetRequiredValue(test),
            Encoder = result.GetRequiredValue(encoder),
            Adaptation = result.GetRequiredValue(adaptation),
            Layers = result.GetValue(layers),
            Bottleneck = result.GetValue(bottleneck),
            Rank = result.GetRequiredValue(rank),
            Alpha = result.GetRequiredValue(alpha),
            Epochs = result.GetRequiredValue(epochs),
            Batch = result.GetRequiredValue(batch),
            Rates = rates.Of(result),
            Device = device.Of(result).Device,
            GpuPrecision = device.Of(result).Precision,
            Seed = result.GetRequiredValue(seed),
            Threads = result.GetRequiredValue(threads),
            MaxTokens = result.GetRequiredValue(maxTokens),
            Int8 = result.GetValue(int8),
            Json = result.GetValue(json),
        }));
        return command;
    }
}
