namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>Where the pairs come from that ways of scoring are judged by.</summary>
internal enum JudgedBy
{
    /// <summary>The test files, which were looked at while settings were chosen.</summary>
    TestFile,

    /// <summary>A part of the training files that shares no question with the rest and by which nothing was ever chosen.</summary>
    TrainingPart,
}
