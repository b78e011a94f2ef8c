using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Loading;

/// <summary>Which lines of a file are rows.</summary>
[TestClass]
public sealed class LineTests
{
    [TestMethod]
    [DataRow("a\tb\nc\td\n", DisplayName = "LF")]
    [DataRow("a\tb\r\nc\td\r\n", DisplayName = "CRLF")]
    [DataRow("a\tb\rc\td\r", DisplayName = "CR")]
    [DataRow("a\tb\nc\td", DisplayName = "No line end at the end")]
    [DataRow("\na\tb\n\n\r\nc\td\n\n", DisplayName = "Empty lines")]
    [DataRow("\uFEFFa\tb\nc\td\n", DisplayName = "Byte order mark")]
    [DataRow("# x\n// y\n#@ z\na\tb\n// in between\nc\td\n//\n", DisplayName = "Comments")]
    public void Load_TwoRows_GivesBoth(string content) => Assert.AreEqual("a|b\nc|d", TextFile.Load(content));

    [TestMethod]
    public void Load_HashAfterTheFirstRow_IsText() => Assert.AreEqual("a|b\n# kept|c\n/|", TextFile.Load("a\tb\n# kept\tc\n/\n"));

    [TestMethod]
    public void Load_LineOfSpaces_IsARow() => Assert.AreEqual("a|b\n|\nc|d", TextFile.Load("a\tb\n \nc\td\n"));

    [TestMethod]
    [DataRow("")]
    [DataRow("\n\n")]
    [DataRow("# only a comment\n")]
    public void Load_NoRows_GivesNone(string content) => Assert.AreEqual("", TextFile.Load(content));

    [TestMethod]
    public void Load_OtherLineSeparators_StayInTheText() =>
        Assert.AreEqual("a\vb\u0085c\u2028d|e\0f", TextFile.Load("a\vb\u0085c\u2028d\te\0f\n"));

    [TestMethod]
    public void Load_UnicodeText_IsKept() => Assert.AreEqual("äöü|日本語😀", TextFile.Load("äöü\t日本語😀\n"));

    [TestMethod]
    public void Load_BytesThatAreNotUtf8_AreReplaced()
    {
        using var file = new TextFile([(byte)'a', 0xFF, (byte)'\t', (byte)'b']);

        Assert.AreEqual("a\uFFFD|b", file.Load());
    }

    [TestMethod]
    public void Load_Utf16WithMark_IsRecognised()
    {
        using var file = new TextFile([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("ä\tb\n")]);

        Assert.AreEqual("ä|b", file.Load());
    }

    [TestMethod]
    public void Load_VeryLongLine_IsKept()
    {
        var longText = new string('x', 300_000);
        using var file = new TextFile($"{longText}\tb\n");

        var rows = new MLContext().Data.LoadFromTextFile(file.Path, TextFile.TwoTexts);

        Assert.AreEqual(longText, rows.GetColumn<string>("A").Single());
        Assert.AreEqual("b", rows.GetColumn<string>("B").Single());
    }

    [TestMethod]
    [DataRow("h\th\na\tb\n", "a|b")]
    [DataRow("# comment\n\nh\th\na\tb\n", "a|b")]
    [DataRow("h\th\n", "")]
    public void Load_Header_IsNoRow(string content, string expected) =>
        Assert.AreEqual(expected, TextFile.Load(content, new() { HasHeader = true }));

    [TestMethod]
    public void Load_MaxRows_CountsRowsOnly()
    {
        const string content = "h\th\na\tb\n\nc\td\ne\tf\n";

        Assert.AreEqual("a|b\nc|d", TextFile.Load(content, new() { HasHeader = true, MaxRows = 2 }));
        Assert.AreEqual("", TextFile.Load(content, new() { MaxRows = 0 }));
    }

    [TestMethod]
    public void Load_SeveralFiles_AreReadInOrderEachWithItsHeader()
    {
        using var first = new TextFile("h\th\na\tb\n");
        using var second = new TextFile("h\th\nc\td\n");
        var loader = new MLContext().Data.CreateTextLoader(TextFile.TwoTexts, hasHeader: true);

        Assert.AreEqual("a|b\nc|d", TextFile.Print(loader.Load(new MultiFileSource(first.Path, second.Path))));
    }
}
