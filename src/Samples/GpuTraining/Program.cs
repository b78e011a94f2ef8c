using System.Globalization;
using GpuTraining;
using Microsoft.ML;
using Microsoft.ML.Lora;
using SampleConsole;

// Numbers read and look the same on every machine.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

// The same training on a GPU: one package more in the project, one option more in the code. What is trained there works anywhere.
// GpuTraining [GPU] [ENCODER]: number of the GPU (0), and a BERT checkpoint folder (the embedded encoder).
if (args.Length > 2 || (args.Length > 0 && !int.TryParse(args[0], out _)))
{
    Console.Error.WriteLine($"GpuTraining takes a GPU's number and a checkpoint folder; it was given: {string.Join(' ', args)}");
    return 1;
}

BuildLine.Print("GpuTraining", Environment.ProcessorCount);
var ml = new MLContext(seed: 1) { GpuDeviceId = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 0 };
ml.Log += (_, entry) =>
{
    if (entry.Message.Contains("Computing on", StringComparison.Ordinal))
    {
        Console.WriteLine(entry.Message);
    }
};
string data = Path.Combine(AppContext.BaseDirectory, "Data");
IDataView train = ml.Data.LoadFromTextFile<QuestionPair>(Path.Combine(data, "train.tsv"), hasHeader: true);
IDataView test = ml.Data.LoadFromTextFile<QuestionPair>(Path.Combine(data, "test.tsv"), hasHeader: true);

LoraSentencePairTransformer model;
try
{
    // Device is Auto by default, which takes the GPU that the context names. BFloat16 is the default too.
    model = TrainingBar.Show("LoRA on a GPU", progress => new LoraSentencePairTrainer(ml, new LoraSentencePairOptions
    {
        Encoder = args.Length > 1 ? PretrainedEncoder.FromDirectory(args[1]) : PretrainedEncoder.Mini,
        Device = ComputeDevice.Auto,
        GpuPrecision = GpuPrecision.BFloat16,
        BatchSize = 128,
        Seed = 1,
        Progress = progress,
    }).Fit(train));
}
catch (InsufficientMemoryException shortage)
{
    Console.WriteLine(shortage.Message);
    return 1;
}
catch (NotSupportedException missing)
{
    Console.WriteLine(missing.Message);
    Console.WriteLine("To this sample it is added by -p:TorchPackage=TorchSharp-cuda-linux, or TorchSharp-cuda-windows.");
    return 2;
}

Console.WriteLine($"{model.Summary.PairsPerSecond:F0} pairs/s in training.");
var metrics = ml.BinaryClassification.Evaluate(model.Transform(test));
Console.WriteLine($"Scored on the GPU:       ACC {metrics.Accuracy:F3}  F1 {metrics.F1Score:F3}");

// The same model on the processor, which needs the GPU's memory no more. Logits differ by what bfloat16 rounds.
using LoraSentencePairTransformer onProcessor = model.WithDevice(ComputeDevice.Cpu);
model.Dispose();
metrics = ml.BinaryClassification.Evaluate(onProcessor.Transform(test));
Console.WriteLine($"Scored on the processor: ACC {metrics.Accuracy:F3}  F1 {metrics.F1Score:F3}");
ml.Model.SaveAtomically(onProcessor, train.Schema, "duplicates.zip");
return 0;
