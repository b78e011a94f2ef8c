using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Loading;

/// <summary>How a line is cut into fields, and what columns make of them.</summary>
[TestClass]
public sealed class FieldTests
{
    [TestMethod]
    [DataRow("\tb\na\t\n\t\n", "|b\na|\n|", DisplayName = "Empty fields")]
    [DataRow("a\nc\td\n", "a|\nc|d", DisplayName = "Missing fields")]
    [DataRow("a\tb\tc\td\n", "a|b", DisplayName = "Too many fields")]
    [DataRow("  a \t  b \n", "a |b ", DisplayName = "Spaces before a field are dropped")]
    [DataRow("\u00A0a\t\u00A0b\u00A0\n", "\u00A0a|\u00A0b\u00A0", DisplayName = "Other white space stays")]
    [DataRow("\"a\tb\"\n", "\"a|b\"", DisplayName = "Quotes are text")]
    [DataRow("\"q\"\t\"r \"\" s\"\n", "\"q\"|\"r \"\" s\"", DisplayName = "Doubled quotes are text")]
    public void Load_Fields_AreCutAtTabs(string content, string expected) => Assert.AreEqual(expected, TextFile.Load(content));

    [TestMethod]
    [DataRow("\"a\tb\"\tc\n", "a\tb|c", DisplayName = "Separator inside")]
    [DataRow("\"q\"\t\"r \"\" s\"\n", "q|r \" s", DisplayName = "Doubled quote")]
    [DataRow("\"\"\"a\"\"\"\t\"\"\"\"\n", "\"a\"|\"", DisplayName = "Only doubled quotes")]
    [DataRow("\"\"\tx\n", "|x", DisplayName = "Empty quotes")]
    [DataRow("\"a\"  \tb\n  \"c\"\td\n", "a|b\nc|d", DisplayName = "Spaces around")]
    [DataRow("a\"b\"\tc\"\n", "a\"b\"|c\"", DisplayName = "Quotes within a field")]
    [DataRow("\"a\tb\nc\td\n", "|\nc|d", DisplayName = "Not closed")]
    [DataRow("\"a\"\"\tb\n", "|", DisplayName = "Doubled but not closed")]
    [DataRow("\"a\"x\tb\nc\td\n", "|b\nc|d", DisplayName = "Text after the closing quote")]
    public void Load_Quoting_HidesSeparators(string content, string expected) =>
        Assert.AreEqual(expected, TextFile.Load(content, new() { AllowQuoting = true }));

    [TestMethod]
    [DataRow("  a \t  b \t \n", "a |b")]
    [DataRow(" a \t b \u00A0\n", "a |b")]
    [DataRow("\u00A0\t \n", "|")]
    public void Load_TrimWhitespace_TrimsTheLineEnd(string content, string expected) =>
        Assert.AreEqual(expected, TextFile.Load(content, new() { TrimWhitespace = true }));

    [TestMethod]
    public void Load_OtherSeparators_CutFields()
    {
        Assert.AreEqual("a|b\nc;d|e", TextFile.Load("a,b\nc;d,e\n", new() { Separators = [','] }));
        Assert.AreEqual("a|b\nc|d", TextFile.Load("a,b\nc;d,e\n", new() { Separators = [',', ';'] }));
        Assert.AreEqual("a|\n|b", TextFile.Load("a  b\n b\n", new() { Separators = [' '] }));
        Assert.AreEqual("a b|c", TextFile.Load("\"a b\" c\n", new() { Separators = [' '], AllowQuoting = true }));
    }

    [TestMethod]
    [DataRow('1')]
    [DataRow('"')]
    [DataRow('\n')]
    public void Load_SeparatorThatCannotBe_Throws(char separator)
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TextFile.Load("a", new() { Separators = [separator] }));

        Assert.Contains($"Illegal separator: '{separator}'", error.Message);
    }

    [TestMethod]
    public void Load_Columns_TakeFieldsInAnyOrder()
    {
        TextLoader.Column[] columns = [new("X", DataKind.String, 2), new("Y", DataKind.String, 0), new("Z", DataKind.String, 2)];

        Assert.AreEqual("c|a|c", TextFile.Load("a\tb\tc\n", new() { Columns = columns }));
    }

    [TestMethod]
    public void Load_EqualNames_LaterColumnHidesTheEarlier()
    {
        using var file = new TextFile("a\tb\n");
        TextLoader.Column[] columns = [new("V", DataKind.String, 0), new("V", DataKind.String, 1)];

        var rows = new MLContext().Data.LoadFromTextFile(file.Path, columns);

        Assert.HasCount(2, rows.Schema);
        Assert.AreEqual("b", rows.GetColumn<string>("V").Single());
    }

    [TestMethod]
    public void Load_Vectors_FillMissingItemsWithDefaults()
    {
        Assert.AreEqual("(1 2 3)\n(4 0 0)\n(0 0 6)", TextFile.Load("1\t2\t3\n4\n\t\t6\n", Columns(new("V", DataKind.Single, 0, 2))));
        Assert.AreEqual("(1 NaN 3)", TextFile.Load("1\tx\t3\n", Columns(new("V", DataKind.Single, 0, 2))));
        Assert.AreEqual("('1' 'x' '')", TextFile.Load("1\tx\n", Columns(new("V", DataKind.String, 0, 2))));
        Assert.AreEqual("(2)", TextFile.Load("1\t2\t3\n", Columns(new("V", DataKind.Single, 1, 1))));
    }

    [TestMethod]
    public void Load_VectorOfSeveralRanges_KeepsTheirOrder()
    {
        TextLoader.Range[] ranges = [new(3), new(0, 1)];

        Assert.AreEqual("(4 1 2)", TextFile.Load("1\t2\t3\t4\n", Columns(new("V", DataKind.Single, ranges))));
    }

    [TestMethod]
    public void Load_OverlappingRanges_Throw()
    {
        TextLoader.Range[] ranges = [new(1), new(0, 1)];

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => TextFile.Load("1\t2\n", Columns(new("V", DataKind.Single, ranges))));

        Assert.Contains("Intervals specified for column 'V' overlap", error.Message);
    }

    [TestMethod]
    public void Range_NegativeIndex_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new TextLoader.Range(-1));

        Assert.Contains("Must be non-negative", error.Message);
    }

    private static TextLoader.Options Columns(TextLoader.Column column) => new() { Columns = [column] };
}
