namespace Microsoft.ML.Data;

/// <summary>When a transformer of a chain is applied.</summary>
[Flags]
public enum TransformerScope
{
    /// <summary>Never.</summary>
    None = 0,

    /// <summary>When later estimators are trained.</summary>
    Training = 1,

    /// <summary>When a model is tested.</summary>
    Testing = 2,

    /// <summary>When a model is used.</summary>
    Scoring = 4,

    /// <summary>When training or testing.</summary>
    TrainTest = Training | Testing,

    /// <summary>Always.</summary>
    Everything = Training | Testing | Scoring,
}
