using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>A pretrained encoder as loaded from a checkpoint: <c>config.json</c> and <c>model.safetensors</c>.</summary>
internal sealed record EncoderCheckpoint
{
    /// <summary>Tables are padded to a multiple of 8 to 128 rows; more spare rows than that leaves mean a foreign or shortened vocabulary.</summary>
    private const int MaxSpareRows = 127;

    /// <summary>Which encoder it is.</summary>
    public required EncoderIdentity Identity { get; init; }

    /// <summary>Where its sizes and weights are.</summary>
    public required EncoderStore Store { get; init; }

    /// <summary>Sizes and weights.</summary>
    public EncoderWeights Weights => Store.OnHost();

    /// <summary>Tensors of the file that are no part of the encoder (pretraining heads, say), in ordinal order.</summary>
    public required IReadOnlyList<string> IgnoredTensors { get; init; }

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="source">Where its files are.</param>
    /// <param name="id">What to call the encoder.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not belong together.</exception>
    /// <exception cref="NotSupportedException">The weights are a pickle or in several files, or the encoder's kind is not supported.</exception>
    public static EncoderCheckpoint Load(ICheckpointSource source, string id)
    {
        RequireFiles(source);
        (EncoderFamily family, EncoderShape shape) = ReadConfig(source);
        Lazy<string> checksum = Ahead.Begin(() => EncoderChecksum.Compute(source));
        try
        {
            SafetensorsFile Open() => SafetensorsFile.Open(source.Open(CheckpointFiles.Weights), $"{source.Name}/{CheckpointFiles.Weights}");
            using SafetensorsFile file = Open();
            FileState state = file.State;
            (EncoderWeights weights, IReadOnlyList<string> ignored) = new EncoderWeightsReader(file, family.Names, shape).Read();
            var store = new EncoderStore(weights, state, Open, (again, inFile) => new EncoderWeightsReader(again, family.Names, shape, inFile).Read().Weights);
            return new() { Identity = new(id, checksum.Value), Store = store, IgnoredTensors = ignored };
        }
        catch
        {
            Ahead.Settle(checksum);
            throw;
        }
    }

    /// <summary>Checks that a vocabulary belongs to this encoder's embedding table, as far as sizes tell.</summary>
    /// <param name="entries">Number of its tokens.</param>
    /// <param name="file">What to call the vocabulary in a message.</param>
    /// <exception cref="InvalidDataException">The vocabulary has more tokens than the table has rows, or far fewer.</exception>
    public void RequireVocabulary(int entries, string file)
    {
        int rows = Store.Shape.Vocabulary;
        if (entries > rows || entries < rows - MaxSpareRows)
        {
            throw new InvalidDataException(
                $"{file}: the vocabulary has {entries} entries, but the embedding table of '{Identity.Id}' has {rows} rows. "
                + "The vocabulary must come from the same checkpoint as the weights, and be whole.");
        }
    }

    private static void RequireFiles(ICheckpointSource source)
    {
        if (!source.Has(CheckpointFiles.Weights))
        {
            throw DescribeMissingWeights(source);
        }

        if (!source.Has(CheckpointFiles.Config))
        {
            throw new FileNotFoundException(
                $"{source.Name} has {CheckpointFiles.Weights} but no {CheckpointFiles.Config}, which tells the encoder's sizes: "
                + "copy the whole checkpoint.",
                CheckpointFiles.Config);
        }
    }

    private static Exception DescribeMissingWeights(ICheckpointSource source)
    {
        if (source.Has(CheckpointFiles.WeightsIndex))
        {
            return new NotSupportedException(
                $"{source.Name} holds its weights in several files ({CheckpointFiles.WeightsIndex}); "
                + $"only one {CheckpointFiles.Weights} is supported. "
                + "Save the model again with Transformers' save_pretrained(folder, max_shard_size=\"100GB\").");
        }

        if (source.Has(CheckpointFiles.PickledWeights))
        {
            return new NotSupportedException(
                $"{source.Name} holds its weights as {CheckpointFiles.PickledWeights}, which is a pickle: "
                + $"opening one can run any code that is in it, so only {CheckpointFiles.Weights} is read. Convert it once, where you trust it, in Python: "
                + "from transformers import AutoModel; AutoModel.from_pretrained(folder).save_pretrained(folder, safe_serialization=True)");
        }

        return new FileNotFoundException(
            $"{source.Name} has no {CheckpointFiles.Weights}: give the folder of a whole checkpoint.", CheckpointFiles.Weights);
    }

    private static (EncoderFamily Family, EncoderShape Shape) ReadConfig(ICheckpointSource source)
    {
        string name = $"{source.Name}/{CheckpointFiles.Config}";
        using Stream stream = source.Open(CheckpointFiles.Config);
        JsonFields config = JsonFields.Parse(stream, name);
        string modelType = config.Text("model_type");
        config.ThrowIfFaulty();
        EncoderFamily family = EncoderFamily.Of(modelType, name);
        return (family, family.ReadShape(config));
    }
}
