namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>By the encoder's script, which is what GPUs run.</summary>
[TestClass, TestCategory("Torch")]
public sealed class TorchScriptAgreementTests() : TorchAgreementTests(scripted: true);
