namespace Microsoft.ML.Lora;

/// <summary>What turns the vector of the first token into class logits.</summary>
public enum ClassificationHead
{
    /// <summary>The checkpoint's own pooler (dense and tanh), left as it is, and a trained dense layer on top. The usual PEFT setting.</summary>
    PretrainedPooler,

    /// <summary>A pooler that is trained too, starting from the checkpoint's where it has one, and a trained dense layer on top.</summary>
    TrainedPooler,

    /// <summary>A trained dense layer right on the first token's vector.</summary>
    Dense,
}
