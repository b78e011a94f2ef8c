using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Benchmarks.Measuring;

namespace Microsoft.ML.Lora.Benchmarks.Peers;

/// <summary>A running build/references/product_peer.py: asked for one product at a time, so that we can take turns with it.</summary>
internal sealed class ProductPeer : IDisposable
{
    private readonly Process _process;

    private ProductPeer(Process process) => _process = process;

    /// <summary>Starts it on one thread.</summary>
    public static ProductPeer Start(Python python)
    {
        Process process = JsonProgram.Start(python.Script("product_peer.py"), threads: 1);
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                Console.Error.WriteLine(text);
            }
        };
        process.BeginErrorReadLine();
        return new ProductPeer(process);
    }

    /// <summary>GFLOP/s by library.</summary>
    /// <exception cref="InvalidOperationException">The program ended.</exception>
    public IEnumerable<(string Library, double Gigaflops)> Rates(ProductShape shape)
    {
        _process.StandardInput.WriteLine(shape.ToString());
        _process.StandardInput.Flush();
        string answer = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"product_peer.py ended before it answered for {shape}; see what it said above.");
        return JsonNode.Parse(answer)!.AsObject().Select(rate => (rate.Key, (double)rate.Value!));
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
