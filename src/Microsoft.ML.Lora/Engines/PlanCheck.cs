using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines;

/// <summary>Whether a plan of what is trained fits an encoder.</summary>
internal static class PlanCheck
{
    /// <summary>Refuses a plan that does not fit.</summary>
    /// <exception cref="ArgumentException">It does not; the message lists all that is wrong.</exception>
    public static void Check(EncoderWeights encoder, TrainablePlan plan) =>
        Faults.ThrowIfAny("The plan of what is trained", Problems(encoder, plan), nameof(plan));

    private static IEnumerable<string> Problems(EncoderWeights encoder, TrainablePlan plan)
    {
        if (plan.Head == ClassificationHead.PretrainedPooler && encoder.Pooler is null)
        {
            yield return $"the head {plan.Head} needs a pooler, but this {encoder.Shape.Family} checkpoint has none; "
                + $"use {ClassificationHead.TrainedPooler} or {ClassificationHead.Dense}.";
        }

        if (plan.Classes < 2)
        {
            yield return $"{nameof(plan.Classes)} must be at least 2, but is {plan.Classes}.";
        }

        if (!plan.Adapter.TrainsEncoder)
        {
            yield break;
        }

        if (plan.Adapter.Method != AdaptationMethod.LowRank && plan.Adapter.Targets != LoraTargets.None)
        {
            yield return $"{nameof(plan.Adapter.Targets)} must be None with {plan.Adapter.Method}, but is {plan.Adapter.Targets}.";
        }

        if (plan.Adapter.BottleneckSize is < 1 or > AdapterPlan.MostBottleneckSize)
        {
            yield return $"{nameof(plan.Adapter.BottleneckSize)} must be from 1 to {AdapterPlan.MostBottleneckSize}, but is {plan.Adapter.BottleneckSize}.";
        }

        if (plan.Adapter.TopLayers is { } layers && (layers < 1 || layers > encoder.Shape.Layers))
        {
            yield return $"{nameof(plan.Adapter.TopLayers)} must be from 1 to {encoder.Shape.Layers}, the encoder's layers, but is {layers}.";
        }

        if (plan.Adapter.Rank is < 1 or > AdapterPlan.MostRank)
        {
            yield return $"{nameof(plan.Adapter.Rank)} must be from 1 to {AdapterPlan.MostRank}, but is {plan.Adapter.Rank}.";
        }

        if (!float.IsFinite(plan.Adapter.Scaling))
        {
            yield return $"{nameof(plan.Adapter.Scaling)} must be finite, but is {plan.Adapter.Scaling}.";
        }

        if (plan.Adapter.Dropout is not (>= 0 and < 1))
        {
            yield return $"{nameof(plan.Adapter.Dropout)} must be at least 0 and below 1, but is {plan.Adapter.Dropout}.";
        }
    }
}
