using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Dropout of the inputs of low-rank updates, drawn on the device from a generator of its own, so that a step can be repeated.</summary>
internal sealed class InputDropout : IDisposable
{
    private readonly float _share;
    private readonly torch.Generator _generator;

    /// <param name="share">Share of the elements that is set to zero; above 0, below 1.</param>
    /// <param name="seed">Where the masks of a step start from.</param>
    /// <param name="place">The device.</param>
    public InputDropout(float share, ulong seed, TorchPlace place)
    {
        _share = share;
        _generator = new torch.Generator(seed, place.Device);
    }

    /// <summary>A copy of x with a share of its elements zero and the rest scaled up.</summary>
    public Tensor Apply(Tensor x)
    {
        Tensor drawn = torch.rand(x.shape, torch.ScalarType.Float32, x.device, generator: _generator);
        return x.mul(drawn.ge(_share).to_type(x.dtype).div(1 - _share));
    }

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();
}
