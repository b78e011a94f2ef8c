using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Loading;

/// <summary>Loading by the attributes of a type.</summary>
[TestClass]
public sealed class TypedLoadingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void LoadFromTextFile_Type_HasItsFieldsAndThenItsProperties()
    {
        using var file = new TextFile("Label\tA\tB\tN\n1\tx\ty\t2.5\n0\t\tz\n");

        var rows = _ml.Data.LoadFromTextFile<Question>(file.Path, hasHeader: true);

        var columns = rows.Schema.Select(column => $"{column.Name}:{column.Type}");
        Assert.AreEqual("Label:Boolean N:Single A:String Second:String", string.Join(' ', columns));
        Assert.AreEqual("True|2.5|x|y\nFalse|0||z", TextFile.Print(rows));
    }

    [TestMethod]
    public void LoadFromTextFile_Type_TakesAllOptions()
    {
        using var file = new TextFile("1,\"x,1\",y,2.5  \n");

        var rows = _ml.Data.LoadFromTextFile<Question>(file.Path, separatorChar: ',', allowQuoting: true, trimWhitespace: true);

        Assert.AreEqual("True|2.5|x,1|y", TextFile.Print(rows));
    }

    [TestMethod]
    public void LoadFromTextFile_TypeWithOptions_ReplacesTheirColumns()
    {
        using var file = new TextFile("1;x;y;2.5\n");

        var rows = _ml.Data.LoadFromTextFile<Question>(file.Path, new TextLoader.Options { Separators = [';'] });

        Assert.AreEqual("True|2.5|x|y", TextFile.Print(rows));
    }

    [TestMethod]
    public void LoadFromTextFile_KeysAndVectors_HaveTheirTypes()
    {
        using var file = new TextFile("1\t2\t3\n0\t5\t6\n9\t1\n");

        var rows = _ml.Data.LoadFromTextFile<KeyAndVector>(file.Path);

        Assert.AreEqual("Key<UInt32, 0-2>", rows.Schema["Key"].Type.ToString());
        Assert.AreEqual("Vector<Single, 2>", rows.Schema["Vector"].Type.ToString());
        Assert.AreEqual("Vector<Single, 2>", rows.Schema["Reversed"].Type.ToString());
        Assert.AreEqual("2|(2 3)|(3 2)\n1|(5 6)|(6 5)\n0|(1 0)|(0 1)", TextFile.Print(rows));
    }

    [TestMethod]
    public void CreateTextLoader_Type_LoadsSeveralSources()
    {
        using var first = new TextFile("1\tx\ty\t2.5\n");
        using var second = new TextFile("0\ta\tb\t1\n");
        var loader = _ml.Data.CreateTextLoader<Question>();

        Assert.AreEqual("True|2.5|x|y\nFalse|1|a|b", TextFile.Print(loader.Load(new MultiFileSource(first.Path, second.Path))));
        Assert.HasCount(4, loader.GetOutputSchema());
    }

    [TestMethod]
    public void LoadFromTextFile_MemberWithoutAttribute_Throws()
    {
        using var file = new TextFile("1\n");

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Data.LoadFromTextFile<WithoutAttribute>(file.Path));

        Assert.Contains("Property 'Label' is missing the LoadColumnAttribute attribute", error.Message);
    }

    [TestMethod]
    public void LoadFromTextFile_TypeWithoutMembers_Throws()
    {
        using var file = new TextFile("1\n");

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromTextFile<WithoutMembers>(file.Path));

        Assert.Contains("Should define at least one public, readable field or property in TInput.", error.Message);
    }

    [TestMethod]
    public void LoadFromTextFile_MemberOfUnsupportedType_Throws()
    {
        using var file = new TextFile("1\n");

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Data.LoadFromTextFile<OfDecimal>(file.Path));

        Assert.Contains("Property Price is of unsupported type.", error.Message);
    }

    /// <summary>Its fields have values only so that the compiler sees them written.</summary>
    internal sealed class Question
    {
        [LoadColumn(0)]
        public bool Label = true;

        [LoadColumn(1)]
        public string A { get; set; } = "";

        [LoadColumn(2), ColumnName("Second")]
        public string B { get; set; } = "";

        [LoadColumn(3)]
        public float N = 1;
    }

    internal sealed class KeyAndVector
    {
        [LoadColumn(0), KeyType(3)]
        public uint Key { get; set; }

        [LoadColumn(1, 2)]
        public float[] Vector { get; set; } = [];

        [LoadColumn([2, 1])]
        public float[] Reversed { get; set; } = [];
    }

    internal sealed class WithoutAttribute
    {
        public bool Label { get; set; }
    }

    internal sealed class WithoutMembers;

    internal sealed class OfDecimal
    {
        [LoadColumn(0)]
        public decimal Price { get; set; }
    }
}
