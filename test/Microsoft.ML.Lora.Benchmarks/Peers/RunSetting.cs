using Microsoft.ML.Lora.Benchmarks.Workloads;

namespace Microsoft.ML.Lora.Benchmarks.Peers;

/// <summary>What all contenders are run on in turn.</summary>
/// <param name="Encoder">The encoder.</param>
/// <param name="Tokens">Tokens of every pair; <see langword="null"/> for the pairs' own lengths.</param>
/// <param name="Threads">Threads that work.</param>
internal sealed record RunSetting(EncoderPlace Encoder, int? Tokens, int Threads)
{
    /// <summary>As options of a contender.</summary>
    public IEnumerable<string> Arguments =>
    [
        "--encoder", Encoder.Folder,
        "--threads", Threads.ToString(),
        .. Tokens is { } tokens ? ["--tokens", tokens.ToString()] : Array.Empty<string>(),
    ];

    /// <summary>For tables.</summary>
    public string Lengths => Tokens is { } tokens ? $"{tokens} tokens" : "as they are";

    /// <summary>For the console.</summary>
    public override string ToString() => $"{Encoder.Name}, lengths {Lengths}, {Threads} thread{(Threads == 1 ? "" : "s")}";
}
