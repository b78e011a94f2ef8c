using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>An adapter in a folder of its own, laid out as PEFT does it; what PEFT has no field for is metadata of the weights' file.</summary>
internal static class AdapterFolder
{
    private const int DefaultClasses = 2;

    /// <summary>Writes an adapter; the folder is made where it does not exist.</summary>
    /// <param name="folder">Where to; an adapter that is there already is replaced file by file.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="shape">The sizes of the encoder that it was trained on.</param>
    /// <exception cref="IOException">A file cannot be written; that file is unchanged.</exception>
    /// <exception cref="NotSupportedException">The model has no low-rank updates, but was trained by another method.</exception>
    public static void Write(string folder, Adapter adapter, EncoderShape shape)
    {
        if (adapter.Plan.Adapter.Method != AdaptationMethod.LowRank)
        {
            throw new NotSupportedException(
                $"{folder}: an adapter folder is PEFT's layout of low-rank updates, but this model was trained by {adapter.Plan.Adapter.Method}. Save it as a model zip.");
        }

        EncoderFamily family = EncoderFamily.Of(shape.Family, folder);
        NamedTensor[] tensors =
        [
            .. adapter.Trained.Tensors.Select(tensor => new NamedTensor(AdapterNames.InFile(tensor.Name, family), tensor.Shape, tensor.Values)),
        ];
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "pt", // Which framework laid out the tensors: Hugging Face's loaders want to know.
            [AdapterNames.HeadKey] = adapter.Plan.Head.ToString(),
            [AdapterNames.EncoderChecksumKey] = adapter.Encoder.Checksum,
        };
        AdapterPlan plan = adapter.Plan.Adapter;
        var config = new AdapterConfig(adapter.Encoder.Id, plan.Rank, adapter.Alpha, adapter.RankStabilized, plan.Dropout);
        AtomicFile.Write(Path.Combine(folder, AdapterNames.WeightsFile), stream => SafetensorsWriter.Write(stream, tensors, metadata));
        AtomicFile.Write(
            Path.Combine(folder, AdapterNames.ConfigFile),
            stream => config.Write(stream, AdapterNames.TargetModules(plan, shape.Layers), AdapterNames.SavedModules(adapter.Plan.Head)));
    }

    /// <summary>Reads an adapter, ours or PEFT's.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="shape">The sizes of the encoder that it shall work on.</param>
    /// <param name="encoder">Which encoder that is.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the adapter was trained on another encoder.</exception>
    /// <exception cref="NotSupportedException">It is another kind of adapter.</exception>
    public static Adapter Read(string folder, EncoderShape shape, EncoderIdentity encoder)
    {
        string weightsPath = Path.Combine(folder, AdapterNames.WeightsFile);
        string configPath = Path.Combine(folder, AdapterNames.ConfigFile);
        using FileStream configStream = OpenFile(configPath);
        AdapterConfig config = AdapterConfig.Read(configStream, configPath);
        using SafetensorsFile weights = SafetensorsFile.Open(OpenFile(weightsPath), weightsPath);
        CheckEncoder(weights, encoder, config.BaseModel);

        EncoderFamily family = EncoderFamily.Of(shape.Family, folder);
        TrainablePlan plan = FindPlan(weights, config, shape, family);
        return new()
        {
            Plan = plan,
            Alpha = config.Alpha,
            RankStabilized = config.RankStabilized,
            Encoder = encoder,
            Trained = ReadTrained(weights, TrainedShapes.Of(shape, plan), family, config.BaseModel),
        };
    }

    private static FileStream OpenFile(string path) => File.Exists(path)
        ? File.OpenRead(path)
        : throw new FileNotFoundException(
            $"'{path}' does not exist; an adapter folder has {AdapterNames.ConfigFile} and {AdapterNames.WeightsFile}.", path);

    private static void CheckEncoder(SafetensorsFile weights, EncoderIdentity encoder, string trainedOn)
    {
        if (weights.Header.Metadata.TryGetValue(AdapterNames.EncoderChecksumKey, out string? checksum) && checksum != encoder.Checksum)
        {
            throw new InvalidDataException(
                $"{weights.Name}: the adapter was trained on the encoder '{trainedOn}' with SHA-256 {checksum}, "
                + $"but '{encoder.Id}' has {encoder.Checksum}. Load it with the encoder that it was trained on.");
        }
    }

    /// <summary>What was trained, as far as the names of the tensors tell; that all of them are there is not looked at.</summary>
    private static TrainablePlan FindPlan(SafetensorsFile weights, AdapterConfig config, EncoderShape shape, EncoderFamily family)
    {
        bool Has(string trained) => weights.Find(AdapterNames.InFile(trained, family)) is not null;

        (int Layer, LoraTargets Target)[] adapted =
        [
            .. from layer in Enumerable.Range(0, shape.Layers)
               from target in Enum.GetValues<LoraTargets>()
               where int.IsPow2((int)target) && Has(TrainedNames.FactorA(layer, target))
               select (layer, target),
        ];
        int first = adapted.Select(matrix => matrix.Layer).DefaultIfEmpty().Min();
        StoredTensor? classifier = weights.Find(AdapterNames.InFile(TrainedNames.ClassifierWeight, family));
        return new()
        {
            Adapter = new()
            {
                Targets = adapted.Aggregate(LoraTargets.None, (all, matrix) => all | matrix.Target),
                TopLayers = first > 0 ? shape.Layers - first : null,
                Rank = config.Rank,
                Scaling = AdapterPlan.ScalingOf(config.Alpha, config.Rank, config.RankStabilized),
                Dropout = config.Dropout,
            },
            Head = FindHead(weights, Has(TrainedNames.PoolerWeight)),
            Classes = classifier?.Shape is [> 0 and <= int.MaxValue, _] ? (int)classifier.Shape[0] : DefaultClasses,
        };
    }

    private static ClassificationHead FindHead(SafetensorsFile weights, bool hasPooler)
    {
        if (!weights.Header.Metadata.TryGetValue(AdapterNames.HeadKey, out string? name))
        {
            return hasPooler ? ClassificationHead.TrainedPooler : ClassificationHead.PretrainedPooler;
        }

        ClassificationHead[] known = Enum.GetValues<ClassificationHead>();
        int index = Array.FindIndex(known, head => head.ToString() == name);
        return index >= 0
            ? known[index]
            : throw new InvalidDataException($"{weights.Name}: '{AdapterNames.HeadKey}' must be {string.Join(", ", known)}, but is '{name}'.");
    }

    private static TrainedWeights ReadTrained(SafetensorsFile weights, IEnumerable<TensorShape> shapes, EncoderFamily family, string trainedOn)
    {
        var unknown = weights.Header.Tensors.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        var problems = new List<string>();
        var found = new List<(StoredTensor Stored, string Name)>();
        foreach (TensorShape wanted in shapes)
        {
            string name = AdapterNames.InFile(wanted.Name, family);
            unknown.Remove(name);
            if (weights.Find(name) is not { } stored)
            {
                problems.Add($"tensor '{name}' of shape {wanted.Describe()} is missing.");
            }
            else if (!stored.Shape.SequenceEqual(wanted.Dimensions.Select(dimension => (long)dimension)))
            {
                problems.Add($"tensor '{name}' has shape {TensorShape.Describe(stored.Shape)}, but this encoder needs {wanted.Describe()}.");
            }
            else
            {
                found.Add((stored, wanted.Name));
            }
        }

        problems.AddRange(unknown.Order(StringComparer.Ordinal).Select(name => $"tensor '{name}' has no place in this encoder."));
        if (problems.Count > 0)
        {
            throw new InvalidDataException(
                Faults.Describe(weights.Name, problems) + Environment.NewLine
                + $"The adapter was trained on the encoder '{trainedOn}' (see {AdapterNames.ConfigFile}); load it with that one.");
        }

        return new TrainedWeights([.. found.Select(tensor => weights.ReadNamed(tensor.Stored, tensor.Name))]);
    }
}
