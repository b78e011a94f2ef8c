using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Dropout of the inputs of low-rank updates, drawn on the device so that a step can be repeated. TorchSharp makes no generator of its own on a
/// GPU, so the GPUs' common ones are set to the step's seed: two trainings at once on one GPU draw in turns, and do not repeat.
/// </summary>
internal sealed class InputDropout : IDisposable
{
    private readonly float _share;
    private readonly torch.Generator? _generator;

    /// <param name="share">Share of the elements that is set to zero; above 0, below 1.</param>
    /// <param name="seed">Where the masks of a step start from.</param>
    /// <param name="place">The device.</param>
    public InputDropout(float share, ulong seed, TorchPlace place)
    {
        _share = share;
        if (place.Device.type == DeviceType.CUDA)
        {
            torch.cuda.manual_seed_all(unchecked((long)seed));
        }
        else
        {
            _generator = new torch.Generator(seed, place.Device);
        }
    }

    /// <summary>A copy of x with a share of its elements zero and the rest scaled up.</summary>
    public Tensor Apply(Tensor x)
    {
        if (_generator is null)
        {
            return torch.nn.functional.dropout(x, _share);
        }

        using Scalar share = _share;
        using Scalar kept = 1 - _share;
        Tensor drawn = torch.rand(x.shape, torch.ScalarType.Float32, x.device, generator: _generator);
        return x.mul(drawn.ge(share).to_type(x.dtype).div(kept));
    }

    /// <inheritdoc/>
    public void Dispose() => _generator?.Dispose();
}
