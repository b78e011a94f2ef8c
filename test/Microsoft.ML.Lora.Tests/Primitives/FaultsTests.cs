using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Primitives;

[TestClass]
public sealed class FaultsTests
{
    [TestMethod]
    public void ThrowIfAny_NoProblem_Returns() => Faults.ThrowIfAny("Options", []);

    [TestMethod]
    public void ThrowIfAny_OneProblem_SaysIt()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => Faults.ThrowIfAny("Options", ["A is 1."], "options"));

        Assert.AreEqual("Options: A is 1. (Parameter 'options')", exception.Message);
    }

    [TestMethod]
    public void ThrowIfAny_SeveralProblems_ListsAll()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => Faults.ThrowIfAny("Options", ["A is 1.", "B is 2."]));

        Assert.AreEqual($"Options has 2 faults:{Environment.NewLine}- A is 1.{Environment.NewLine}- B is 2.", exception.Message);
    }
}
