using Microsoft.ML.Lora.Engines.Torch.Kernels;
using Microsoft.ML.Lora.Models;
using TorchSharp;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Trains and scores through TorchSharp, on a GPU or on the processor. Results of one device repeat to rounding only: its library chooses the
/// order of sums.
/// </summary>
internal sealed class TorchEngine : IEngine
{
    private readonly TorchPlace _place;
    private readonly Action<string> _warn;
    private readonly Func<EncoderShape, EncoderScript?> _script;

    /// <param name="place">A device that <see cref="TorchRuntime"/> found.</param>
    /// <param name="threads">Threads that work on what is done on the host.</param>
    /// <param name="warn">Is told what the user should know.</param>
    public TorchEngine(TorchPlace place, int threads, Action<string> warn)
        : this(place, threads, warn, shape => OnGpu(place, shape, warn))
    {
    }

    /// <param name="place">A device that <see cref="TorchRuntime"/> found.</param>
    /// <param name="threads">Threads that work on what is done on the host.</param>
    /// <param name="warn">Is told what the user should know.</param>
    /// <param name="script">
    /// Gives what computes all it can of the encoder, asked when an encoder comes that it serves; <see langword="null"/> leaves everything to single calls and autograd.
    /// </param>
    internal TorchEngine(TorchPlace place, int threads, Action<string> warn, Func<EncoderShape, EncoderScript?> script)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        (_place, Threads, _warn, _script) = (place, threads, warn, script);
    }

    /// <inheritdoc/>
    public string Name => $"TorchSharp ({_place.Device}, {_place.Precision})";

    /// <inheritdoc/>
    public int Threads { get; }

    /// <inheritdoc/>
    public bool TakesMatricesFromFile => true;

    /// <summary>Does nothing: the device's library is loaded when the engine is chosen.</summary>
    public void WarmUp()
    {
    }

    /// <inheritdoc/>
    public ITrainingSession StartTraining(EncoderWeights encoder, TrainablePlan plan, OptimizerPlan optimizer, ulong seed)
    {
        PlanCheck.Check(encoder, plan);
        return OnDevice<ITrainingSession>(
            encoder, plan, trains: true, () => new TrainingSession(encoder, plan, optimizer, seed, _place, ScriptFor(encoder), _warn));
    }

    /// <inheritdoc/>
    public string? ObjectionTo(ScoringPrecision precision) =>
        precision == ScoringPrecision.Single ? null : $"{Name} scores in the precision it was chosen to compute in, and not in bytes";

    /// <inheritdoc/>
    public IPairScorer CreateScorer(EncoderWeights encoder, TrainablePlan plan, TrainedWeights trained, ScoringPrecision precision = ScoringPrecision.Single)
    {
        PlanCheck.Check(encoder, plan);
        return OnDevice<IPairScorer>(
            encoder, plan, trains: false, () => new PairScorer(encoder, plan, trained, _place, ScriptFor(encoder)));
    }

    private EncoderScript? ScriptFor(EncoderWeights encoder) => EncoderScript.Serves(encoder.Shape, _place.Compute) ? _script(encoder.Shape) : null;

    private static EncoderScript? OnGpu(TorchPlace place, EncoderShape shape, Action<string> warn)
    {
        if (place.Device.type != DeviceType.CUDA)
        {
            return null;
        }

        if (place.Compute != torch.ScalarType.BFloat16)
        {
            return EncoderScript.Library;
        }

        if (FusedOperators.Prepare(place.Device.index, shape.Hidden, shape.FeedForward) is { } fault)
        {
            warn($"The device {place.Device} works without this library's own kernels, and up to a third slower: {fault}");
            return EncoderScript.Library;
        }

        if (FusedOperators.PrepareAttention(place.Device.index, shape.HeadSize) is { } missing)
        {
            warn($"The device {place.Device} attends by its library's kernels instead of this library's own, a little more slowly: {missing}");
            return EncoderScript.Fused;
        }

        return EncoderScript.FusedAttention;
    }

    private T OnDevice<T>(EncoderWeights encoder, TrainablePlan plan, bool trains, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception error)
        {
            FreeWhatNobodyOwns();
            if (DeviceFault.IsOutOfMemory(error))
            {
                throw DeviceNeed.Exceeded(encoder, plan, _place, trains, error);
            }

            throw;
        }
    }

    /// <summary>Frees the tensors of what was half made: it reached nobody who would dispose of it, and the collector does not see how much of a device's memory it holds.</summary>
    private static void FreeWhatNobodyOwns()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
