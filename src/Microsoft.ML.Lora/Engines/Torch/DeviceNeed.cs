using System.Globalization;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>What an encoder and what is trained of it take up on a device, and the message where there is no room for that.</summary>
internal static class DeviceNeed
{
    /// <summary>Bytes of each trained number: itself, its gradient and two moments, in 32 bits.</summary>
    private const int TrainingBytes = 4 * sizeof(float);

    /// <summary>Bytes without activations.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="plan">What is trained.</param>
    /// <param name="place">The device.</param>
    /// <param name="trains">Whether it is to be trained, or to score only.</param>
    public static long Bytes(EncoderWeights encoder, TrainablePlan plan, TorchPlace place, bool trains)
    {
        int size = place.Precision == GpuPrecision.BFloat16 ? sizeof(short) : sizeof(float);
        long adapted = 0;
        foreach (LayerWeights layer in encoder.Layers.Skip(plan.Adapter.FirstLayer(encoder.Layers.Count)))
        {
            adapted += plan.Adapter.EachTarget().Sum(target => layer[target].Weight.Length);
        }

        // Adapted matrices are there unrounded besides; in training their gradients too.
        long ofAdapted = sizeof(float) + (trains ? size : 0);
        return (size * Weights(encoder)) + ((trains ? TrainingBytes : sizeof(float)) * TrainedShapes.Count(encoder.Shape, plan)) + (ofAdapted * adapted);
    }

    /// <summary>The exception for a device that has no room.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="plan">What is trained.</param>
    /// <param name="place">The device.</param>
    /// <param name="trains">Whether it is to be trained, or to score only.</param>
    /// <param name="error">From the device library.</param>
    public static InsufficientMemoryException Exceeded(EncoderWeights encoder, TrainablePlan plan, TorchPlace place, bool trains, Exception error)
    {
        string smaller = place.Precision == GpuPrecision.BFloat16
            ? "Choose a smaller encoder or another device."
            : $"Choose {nameof(GpuPrecision)}.{GpuPrecision.BFloat16}, in which the weights need half as much, a smaller encoder or another device.";
        return new InsufficientMemoryException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{(trains ? "Training" : "Scoring with")} the encoder of {Weights(encoder) / 1e6:F0} million weights needs at least {Bytes(encoder, plan, place, trains) / 1e9:F1} GB on {place.Device} in {place.Precision}, which has no room for that beside what lies there already. {smaller}"),
            error);
    }

    private static long Weights(EncoderWeights encoder) => EncoderTensors.ByName(encoder).Values.Sum(tensor => tensor.Length);
}
