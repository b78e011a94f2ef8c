namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>Where the pairs come from that ways of scoring are judged by.</summary>
internal enum JudgedBy
{
    /// <summary>The test files, which were looked at while settings were chosen.</summary>
    TestFile,

    /// <summary>
    /// A part of the training files that shares no question with what is trained and fitted on, drawn by the seed. Judge settings by seeds that they were not chosen on: the
    /// draw is new then, the pairs are not.
    /// </summary>
    TrainingPart,
}
