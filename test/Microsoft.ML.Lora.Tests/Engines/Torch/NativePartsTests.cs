using Microsoft.ML.Lora.Engines.Torch;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

[TestClass]
[TestCategory("Engine")]
public class NativePartsTests
{
    private const string LookedInVain = """
        Unable to load shared library 'LibTorchSharp' or one of its dependencies. In order to help diagnose: consider LD_DEBUG:
        /app/LibTorchSharp.so: cannot open shared object file: No such file or directory
        libLibTorchSharp.so: cannot open shared object file: No such file or directory
        """;

    [TestMethod]
    public void Reason_NothingFoundAnywhere_NoReason() => Assert.IsNull(NativeParts.Reason(LookedInVain, "LibTorchSharp"));

    [TestMethod]
    [DataRow("/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)", DisplayName = "older system")]
    [DataRow("libcudart.so.12: cannot open shared object file: No such file or directory", DisplayName = "something it needs is missing")]
    public void Reason_FoundButNotLoaded_SaysWhy(string line) =>
        Assert.AreEqual(line, NativeParts.Reason($"{LookedInVain}\n{line}\n", "LibTorchSharp"));

    [TestMethod]
    public void Fault_NoSuchLibrary_NamesThePackageToAdd()
    {
        string? fault = NativeParts.Fault("loraml_no_such_library", "TorchSharp-cpu");

        Assert.IsNotNull(fault);
        StringAssert.Contains(fault, "Add the package TorchSharp-cpu, in the version of TorchSharp");
    }
}
