using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Storage;

/// <summary>How Hugging Face PEFT lays out an adapter of a sequence classifier; ours are laid out alike, so that it can load them.</summary>
internal static class AdapterNames
{
    /// <summary>The settings.</summary>
    public const string ConfigFile = "adapter_config.json";

    /// <summary>The weights.</summary>
    public const string WeightsFile = "adapter_model.safetensors";

    /// <summary>Metadata of <see cref="WeightsFile"/>: the <see cref="ClassificationHead"/>, which PEFT does not know.</summary>
    public const string HeadKey = "loraml.head";

    /// <summary>Metadata of <see cref="WeightsFile"/>: the encoder's checksum.</summary>
    public const string EncoderChecksumKey = "loraml.encoder.sha256";

    private const string ModelPrefix = "base_model.model.";

    /// <summary>What a trained tensor is called in the file.</summary>
    /// <param name="trained">Its name, by <see cref="TrainedNames"/>.</param>
    /// <param name="family">The encoder's family.</param>
    public static string InFile(string trained, EncoderFamily family) => trained is TrainedNames.ClassifierWeight or TrainedNames.ClassifierBias
        ? ModelPrefix + trained
        : ModelPrefix + family.Names.Prefix + trained;

    /// <summary>The adapted modules as PEFT looks for them: by the end of their names.</summary>
    public static IEnumerable<string> TargetModules(AdapterPlan plan, int layers)
    {
        int first = plan.FirstLayer(layers);
        foreach (LoraTargets target in plan.EachTarget())
        {
            // Named layer by layer where not all layers have it, and 'output.dense', since the attention output's name ends like this too.
            IEnumerable<string> names = first > 0 || target == LoraTargets.FeedForwardOut
                ? Enumerable.Range(first, layers - first).Select(layer => TrainedNames.Module(layer, target))
                : [TrainedNames.Part(target)];
            foreach (string name in names)
            {
                yield return name;
            }
        }
    }

    /// <summary>The modules besides the adapted ones that the file holds whole.</summary>
    public static IEnumerable<string> SavedModules(ClassificationHead head) =>
        head == ClassificationHead.TrainedPooler ? ["classifier", "pooler"] : ["classifier"];
}
