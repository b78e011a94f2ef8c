using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Loading;

/// <summary>How a loaded file behaves as a view.</summary>
[TestClass]
public sealed class TextViewTests
{
    private const int RowCount = 500;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void GetRowCount_File_IsNotKnown()
    {
        using var file = Numbers();

        var rows = Load(file);

        Assert.IsNull(rows.GetRowCount());
        Assert.IsFalse(rows.CanShuffle);
    }

    [TestMethod]
    public void Load_File_IsReadByEachCursorAnew()
    {
        using var file = Numbers();
        var rows = Load(file);

        var before = rows.GetColumn<int>("Id").Count();
        File.AppendAllText(file.Path, "501\tx\n");
        var after = rows.GetColumn<int>("Id").Count();

        Assert.AreEqual(RowCount, before);
        Assert.AreEqual(RowCount + 1, after);
    }

    [TestMethod]
    public void GetRowCursor_SeveralAtOnce_MoveOnTheirOwn()
    {
        using var file = Numbers();
        var rows = Load(file);
        using var slow = rows.GetColumn<int>("Id").GetEnumerator();
        using var slower = rows.GetColumn<string>("Text").GetEnumerator();
        slow.MoveNext();
        slower.MoveNext();

        var ids = rows.GetColumn<int>("Id").ToArray();
        slow.MoveNext();

        CollectionAssert.AreEqual(Enumerable.Range(0, RowCount).ToArray(), ids);
        Assert.AreEqual(1, slow.Current);
        Assert.AreEqual("text 0", slower.Current);
    }

    [TestMethod]
    public void GetRowCursor_Rows_HavePositionsAndIds()
    {
        using var file = Numbers();
        var rows = Load(file);

        using var cursor = rows.GetRowCursor(rows.Schema);
        var getId = cursor.GetIdGetter();
        DataViewRowId id = default;
        for (var position = 0; position < 3; position++)
        {
            Assert.IsTrue(cursor.MoveNext());
            getId(ref id);
            Assert.AreEqual(position, cursor.Position);
            Assert.AreEqual(new DataViewRowId((ulong)position, 0), id);
        }
    }

    [TestMethod]
    public void GetRowCursor_TextsReadBefore_StayWhatTheyWere()
    {
        using var file = Numbers();

        var texts = Load(file).GetColumn<ReadOnlyMemory<char>>("Text").ToArray();

        Assert.AreEqual("text 0", texts[0].ToString());
        Assert.AreEqual($"text {RowCount - 1}", texts[^1].ToString());
    }

    [TestMethod]
    public void GetRowCursorSet_AllCursors_HaveEachRowOnce()
    {
        using var file = Numbers();
        var rows = Load(file);
        var column = rows.Schema["Id"];

        var ids = new List<int>();
        foreach (var cursor in rows.GetRowCursorSet([column], 2))
        {
            using (cursor)
            {
                var getter = cursor.GetGetter<int>(column);
                var id = 0;
                while (cursor.MoveNext())
                {
                    getter(ref id);
                    ids.Add(id);
                }
            }
        }
        CollectionAssert.AreEquivalent(Enumerable.Range(0, RowCount).ToArray(), ids);
    }

    [TestMethod]
    public void GetRowCursor_LeftEarly_ReleasesTheFile()
    {
        using var file = Numbers();

        Assert.AreEqual(0, Load(file).GetColumn<int>("Id").First());

        using var exclusive = new FileStream(file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.IsTrue(exclusive.CanWrite);
    }

    [TestMethod]
    public void GetRowCursor_BadFields_AreCountedInTheLogOnce()
    {
        using var file = new TextFile("1\t\"a\"\nx\t\"b\"\n?\t\"c\n");
        var messages = new List<string>();
        _ml.Log += (_, log) => messages.Add(log.RawMessage);
        TextLoader.Column[] columns = [new("Number", DataKind.Single, 0), new("Text", DataKind.String, 1)];
        var rows = _ml.Data.LoadFromTextFile(file.Path, columns, allowQuoting: true);

        Assert.HasCount(3, rows.Preview().RowView);

        Assert.HasCount(1, messages.Where(message => message == "Processed 3 rows with 1 bad values and 1 format errors"));
    }

    [TestMethod]
    public void LoadFromTextFile_MissingFile_Throws()
    {
        var path = Path.Combine(Path.GetTempPath(), "no such file.tsv");

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromTextFile(path, TextFile.TwoTexts));

        Assert.Contains($"File or directory does not exist at path: {path}", error.Message);
    }

    [TestMethod]
    public void LoadFromTextFile_NoPath_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromTextFile("", TextFile.TwoTexts));

        Assert.Contains("path cannot be null or empty", error.Message);
    }

    [TestMethod]
    public void Load_FileThatIsGone_Throws()
    {
        var file = Numbers();
        var rows = Load(file);
        file.Dispose();

        Assert.Throws<Exception>(() => rows.GetColumn<int>("Id").Count());
    }

    [TestMethod]
    public void MultiFileSource_MissingFile_ThrowsWhenOpened()
    {
        var path = Path.Combine(Path.GetTempPath(), "no such folder", "file.tsv");
        var source = new MultiFileSource(path);

        var error = Assert.ThrowsExactly<IOException>(() => source.Open(0));

        Assert.AreEqual(1, source.Count);
        Assert.AreEqual(path, source.GetPathOrNull(0));
        Assert.Contains($"Could not open file '{path}'. Error is: ", error.Message);
    }

    [TestMethod]
    public void MultiFileSource_Null_HasNoFiles() => Assert.AreEqual(0, new MultiFileSource(null!).Count);

    private static TextFile Numbers() => new(string.Concat(Enumerable.Range(0, RowCount).Select(index => $"{index}\ttext {index}\n")));

    private IDataView Load(TextFile file) =>
        _ml.Data.LoadFromTextFile(
            file.Path, [new TextLoader.Column("Id", DataKind.Int32, 0), new TextLoader.Column("Text", DataKind.String, 1)]);
}
