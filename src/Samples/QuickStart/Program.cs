using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Lora;
using QuickStart;
using SampleConsole;
using Spectre.Console;

// Numbers read and look the same on every machine.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

// Which support questions ask the same? Trains the embedded encoder on hand-written pairs and uses the result.
// --budget small trains on a part for a few seconds: enough to see that everything works, not to learn much.
bool small = args is ["--budget", "small"];
if (args.Length > 0 && !small)
{
    Console.Error.WriteLine($"QuickStart takes no argument, or '--budget small'; it was given: {string.Join(' ', args)}");
    return 1;
}

BuildLine.Print("QuickStart", Environment.ProcessorCount);
var ml = new MLContext(seed: 1);
string data = Path.Combine(AppContext.BaseDirectory, "Data");
IDataView train = ml.Data.LoadFromTextFile<QuestionPair>(Path.Combine(data, "train.tsv"), hasHeader: true);
IDataView test = ml.Data.LoadFromTextFile<QuestionPair>(Path.Combine(data, "test.tsv"), hasHeader: true);
if (small)
{
    train = ml.Data.TakeRows(train, 512);
    test = ml.Data.TakeRows(test, 256);
}

// 1. The encoder as it came, with only a classifier trained on top; and the same with low-rank updates of its attention.
(LoraSentencePairTransformer frozen, Measured frozenMeasured) = TrainAndMeasure("Frozen encoder", LoraTargets.None);
(LoraSentencePairTransformer lora, Measured loraMeasured) = TrainAndMeasure("LoRA", LoraTargets.QueryAndValue);

// 2. What was gained.
MeasuredTable.Print([("Frozen encoder + classifier", frozenMeasured), ("LoRA, rank 8", loraMeasured)]);
Console.WriteLine(loraMeasured.Metrics.ConfusionMatrix.GetFormattedConfusionTable());

// 3. The model goes into a zip and works in a program that knows nothing of its training.
ml.Model.SaveAtomically(lora, train.Schema, "duplicates.zip");
var elsewhere = new MLContext();
ITransformer loaded = elsewhere.Model.Load("duplicates.zip", out DataViewSchema _);
using PredictionEngine<QuestionPair, Prediction> engine = elsewhere.Model.CreatePredictionEngine<QuestionPair, Prediction>(loaded);
AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Saved and loaded [bold]duplicates.zip[/] ({new FileInfo("duplicates.zip").Length / 1024} KB). Some pairs that training never saw:");
foreach (QuestionPair pair in ml.Data.CreateEnumerable<QuestionPair>(ml.Data.TakeRows(test, 6), reuseRowObject: false))
{
    Prediction prediction = engine.Predict(pair);
    string verdict = prediction.PredictedLabel == pair.IsDuplicate ? "right" : "wrong";
    AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  {prediction.Probability,4:P0} same, {verdict}: {pair.Question1} [grey]|[/] {pair.Question2}");
}

return 0;

(LoraSentencePairTransformer Model, Measured Measured) TrainAndMeasure(string name, LoraTargets targets)
{
    LoraSentencePairTransformer model = TrainingBar.Show(name, progress => new LoraSentencePairTrainer(ml, new LoraSentencePairOptions
    {
        Encoder = PretrainedEncoder.Mini,
        Targets = targets,
        Rank = 8,
        Epochs = small ? 1 : 3,
        Seed = 1,
        Progress = progress,
    }).Fit(train));
    return (model, Measured.On(ml, model, model.Summary, test));
}
