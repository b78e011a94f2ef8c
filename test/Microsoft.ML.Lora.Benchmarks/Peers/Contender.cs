using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Benchmarks.Peers;

/// <summary>A program that trains and scores the same pairs, and takes the same options as the others.</summary>
/// <param name="Name">Column heading.</param>
/// <param name="Command">The program and what it needs before the options.</param>
internal sealed record Contender(string Name, IReadOnlyList<string> Command)
{
    /// <summary>Our own engine, in a process of its own as the peers are.</summary>
    public static Contender Ours { get; } = new("ours", [.. ThisProgram.Command, "throughput"]);

    /// <summary>The same, scoring in every precision that this processor is made for.</summary>
    public static Contender OursInEachPrecision { get; } = ByteProduct.IsAccelerated
        ? Ours with { Command = [.. Ours.Command, "--precision", nameof(ScoringPrecision.Single), nameof(ScoringPrecision.Int8)] }
        : Ours;

    /// <summary>The peers that this Python can run.</summary>
    public static IEnumerable<Contender> Peers(Python python)
    {
        yield return new("torch", python.Script("torch_peer.py"));
        if (python.Has("transformers", "peft", "tokenizers"))
        {
            yield return new("peft", python.Script("peft_peer.py"));
        }
        else
        {
            Console.WriteLine($"{python.Program} lacks transformers, peft or tokenizers: no PEFT.");
        }

        if (python.Has("onnxruntime"))
        {
            yield return new("onnxruntime", python.Script("onnx_peer.py"));
        }
        else
        {
            Console.WriteLine($"{python.Program} lacks onnxruntime: no ONNX Runtime.");
        }
    }

    /// <summary>Runs it once.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public JsonObject Run(RunSetting setting, string pairs, double seconds) =>
        JsonProgram.Run([.. Command, .. setting.Arguments, "--pairs", pairs, "--seconds", seconds.ToString()], setting.Threads);
}
