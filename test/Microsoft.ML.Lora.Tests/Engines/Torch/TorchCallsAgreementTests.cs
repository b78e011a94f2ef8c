namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>By single calls and autograd.</summary>
[TestClass, TestCategory("Torch")]
public sealed class TorchCallsAgreementTests() : TorchAgreementTests(scripted: false);
