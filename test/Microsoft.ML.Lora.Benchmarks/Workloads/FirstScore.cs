using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>Loads an encoder, scores one pair, prints the answer, and nothing else: what a program that only serves has to do first.</summary>
internal static class FirstScore
{
    /// <summary>The sub-command's name.</summary>
    public const string Name = "first-score";

    /// <summary>How the line with the answer begins.</summary>
    public const string Answer = "logits";

    /// <param name="args">An encoder folder, or nothing for the embedded encoder.</param>
    public static int Run(string[] args)
    {
        new ManagedEngine(Environment.ProcessorCount).WarmUp();
        PretrainedEncoder pretrained = args is [string folder] ? PretrainedEncoder.FromDirectory(folder) : PretrainedEncoder.Mini;
        LoadedEncoder encoder = pretrained.Handle.Load();
        using IPairScorer scorer = LoraModel.CreateScorer(encoder.Weights, LoraModel.Plan(LoraModel.UsualRank), Environment.ProcessorCount);
        EncodedPair pair = encoder.Tokenizer.Encode("How do I learn to cook?", "What is the best way to learn cooking?", encoder.DefaultMaxTokens);
        Span<float> logits = stackalloc float[LoraModel.Classes];
        scorer.Score([pair], logits);
        Console.WriteLine($"{Answer} {logits[0]} {logits[1]}");
        return 0;
    }
}
