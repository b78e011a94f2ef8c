using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>A <see cref="RandomEncoder"/> in a folder of its own, loaded from there as users load theirs; the folder goes when this does.</summary>
internal sealed class RandomCheckpoint : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loraml-random-");

    public RandomCheckpoint(EncoderShape shape)
    {
        try
        {
            Write(shape);

            // What made the file is no part of what is measured.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Store = EncoderCheckpoint.Load(FolderSource.At(_folder.FullName), "random").Store;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Its sizes and weights.</summary>
    public EncoderStore Store { get; }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(EncoderShape shape)
    {
        var config = new JsonObject
        {
            ["model_type"] = shape.Family,
            ["num_hidden_layers"] = shape.Layers,
            ["hidden_size"] = shape.Hidden,
            ["num_attention_heads"] = shape.Heads,
            ["intermediate_size"] = shape.FeedForward,
            ["vocab_size"] = shape.Vocabulary,
            ["max_position_embeddings"] = shape.PositionRows,
            ["type_vocab_size"] = shape.Segments,
            ["layer_norm_eps"] = shape.NormEpsilon,
            ["hidden_act"] = "gelu",
        };
        File.WriteAllText(Path.Combine(_folder.FullName, CheckpointFiles.Config), config.ToJsonString());

        // BERT's own names are what trained tensors go by.
        IEnumerable<NamedTensor> tensors = EncoderTensors.ByName(RandomEncoder.Create(shape)).Select(tensor => new NamedTensor(
            tensor.Key, tensor.Value.Rows == 1 ? [tensor.Value.Columns] : [tensor.Value.Rows, tensor.Value.Columns], tensor.Value.Values));
        using FileStream file = File.Create(Path.Combine(_folder.FullName, CheckpointFiles.Weights));
        SafetensorsWriter.Write(file, [.. tensors], new Dictionary<string, string>());
    }
}
