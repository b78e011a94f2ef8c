namespace Microsoft.ML.Lora.PublicApi.Tests;

[TestClass]
public sealed class LineDifferencesTests
{
    [TestMethod]
    public void Between_EqualTexts_IsEmpty() => Assert.IsEmpty(LineDifferences.Between(["a", "b"], ["a", "b"]));

    [TestMethod]
    public void Between_ChangedAddedAndRemovedLines_TellsEachInOrder()
    {
        IReadOnlyList<string> differences = LineDifferences.Between(["a", "b", "c", "d"], ["a", "B", "c", "d", "e"]);

        Assert.AreSequenceEqual(["- b", "+ B", "+ e"], differences);
    }

    [TestMethod]
    public void Between_EmptyTexts_TellsTheOther()
    {
        Assert.AreSequenceEqual(["+ a"], LineDifferences.Between([], ["a"]));
        Assert.AreSequenceEqual(["- a"], LineDifferences.Between(["a"], []));
    }
}
