using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Torch;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Tests.Engines.Managed;
using TorchSharp;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>Matrices that are not in memory come to the device as those that are.</summary>
[TestClass, TestCategory("Torch")]
public sealed class TorchFileMatricesTests
{
    /// <summary>A GPU sums in an order of its own each time; of the same weights no more than this comes of it.</summary>
    private const double RepeatTolerance = 1e-4;

    private static readonly EncoderWeights Encoder = TinyModel.Encoder();

    private static readonly Dictionary<string, TrainablePlan> PlansByName = new()
    {
        ["query and value"] = TinyModel.Plan(LoraTargets.QueryAndValue),
        ["all matrices, not merged"] = TinyModel.Plan(LoraTargets.All, dropout: 1e-9f),
        ["feed-forward of the top layer"] = TinyModel.Plan(LoraTargets.FeedForwardIn, ClassificationHead.TrainedPooler, topLayers: 1),
        ["classifier"] = TinyModel.Plan(LoraTargets.None),
        ["full fine-tuning"] = TinyModel.Plan(AdaptationMethod.FullFineTuning),
        ["AdapterH"] = TinyModel.Plan(AdaptationMethod.AdapterH),
    };

    public static IEnumerable<object[]> Plans() => PlansByName.Keys.SelectMany(name => new object[][] { [name, true], [name, false] });

    [TestMethod, DynamicData(nameof(Plans))]
    public void StepAndScore_MatricesNotInMemory_GiveWhatThoseInMemoryDo(string plan, bool scripted)
    {
        (double[] losses, float[] logits) = Train(Encoder, PlansByName[plan], scripted);

        (double[] actualLosses, float[] actualLogits) = Train(NotInMemory(Encoder), PlansByName[plan], scripted);

        CollectionAssert.AreEqual(losses, actualLosses, Comparer<double>.Create((a, b) => Math.Abs(a - b) <= RepeatTolerance * a ? 0 : 1));
        CollectionAssert.AreEqual(logits, actualLogits, Comparer<float>.Create((a, b) => Math.Abs(a - b) <= RepeatTolerance * logits.Max(Math.Abs) ? 0 : 1));
    }

    [TestMethod]
    [DataRow(5, 700_000, DisplayName = "a row at a time")]
    [DataRow(1_400_001, 3, DisplayName = "many rows at a time, and some are left")]
    [DataRow(2, 1_100_000, DisplayName = "rows longer than what goes at once")]
    [DataRow(2, 3, DisplayName = "all at once")]
    public void Put_MatricesOfAnySize_LieOneBehindTheOther(int rows, int columns)
    {
        TorchPlace place = TorchDevices.Any();
        using DisposeScope scope = torch.NewDisposeScope();
        Matrix[] matrices = [.. Enumerable.Range(0, 2).Select(number => Numbered(rows, columns, number * rows * columns))];

        torch.Tensor all = place.Put(matrices, torch.ScalarType.Float32, 2, rows, columns);

        CollectionAssert.AreEqual(new long[] { 2, rows, columns }, all.shape);
        Assert.IsTrue(HostCopy.Of(all).AsSpan().SequenceEqual([.. Enumerable.Range(0, 2 * rows * columns).Select(number => (float)number)]));
    }

    [TestMethod]
    [DataRow(true, DisplayName = "a session")]
    [DataRow(false, DisplayName = "a scorer")]
    public void Make_ReadingFailsHalfWay_KeepsNoTensor(bool trains)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        TorchEngine engine = TorchDevices.Engine();
        using ITrainingSession managed = Sessions.Start(Encoder, plan);
        TrainedWeights trained = managed.ExportTrained();
        LayerWeights last = Encoder.Layers[^1];
        var unreadable = new Matrix(last.FeedForwardOut.Out, last.FeedForwardOut.In, (_, _) => throw new EndOfStreamException());
        EncoderWeights cutShort = Encoder with { Layers = [.. Encoder.Layers.SkipLast(1), last with { FeedForwardOut = last.FeedForwardOut with { Weight = unreadable } }] };
        long before = TorchRuntime.LiveTensors;

        Assert.ThrowsExactly<EndOfStreamException>(() =>
        {
            using IDisposable made = trains ? engine.StartTraining(cutShort, plan, Sessions.Optimizer, seed: 5) : engine.CreateScorer(cutShort, plan, trained);
        });

        Assert.AreEqual(before, TorchRuntime.LiveTensors);
    }

    private static Matrix Numbered(int rows, int columns, int first) => new(rows, columns, (row, values) =>
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = first + (row * columns) + i;
        }
    });

    private static (double[] Losses, float[] Logits) Train(EncoderWeights encoder, TrainablePlan plan, bool scripted)
    {
        TorchEngine engine = TorchDevices.Engine(scripted: scripted);
        using ITrainingSession session = engine.StartTraining(encoder, plan, Sessions.Optimizer, seed: 5);
        double[] losses = [.. Enumerable.Range(0, 3).Select(number => Sessions.Step(session, encoder.Shape, number).Loss)];
        using IPairScorer scorer = engine.CreateScorer(encoder, plan, session.ExportTrained());
        return (losses, Sessions.Score(scorer, TinyModel.RandomPairs(encoder.Shape, 3, 9), plan));
    }

    private static EncoderWeights NotInMemory(EncoderWeights encoder)
    {
        Matrix Away(Matrix matrix) => new(matrix.Rows, matrix.Columns, matrix.Read);
        Affine AwayMap(Affine map) => map with { Weight = Away(map.Weight) };
        return encoder with
        {
            Embeddings = encoder.Embeddings with
            {
                Words = Away(encoder.Embeddings.Words),
                Positions = Away(encoder.Embeddings.Positions),
                Segments = Away(encoder.Embeddings.Segments!),
            },
            Layers =
            [
                .. encoder.Layers.Select(layer => layer with
                {
                    Query = AwayMap(layer.Query),
                    Key = AwayMap(layer.Key),
                    Value = AwayMap(layer.Value),
                    AttentionOutput = AwayMap(layer.AttentionOutput),
                    FeedForwardIn = AwayMap(layer.FeedForwardIn),
                    FeedForwardOut = AwayMap(layer.FeedForwardOut),
                }),
            ],
            Pooler = AwayMap(encoder.Pooler!),
        };
    }
}
