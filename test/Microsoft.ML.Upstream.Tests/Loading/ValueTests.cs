using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Loading;

/// <summary>What each type makes of a field's text.</summary>
[TestClass]
public sealed class ValueTests
{
    /// <summary>How a field that cannot be read, in a type without a missing value, is written in the tables here.</summary>
    private const string Refused = "refused";

    [TestMethod]
    [DataRow("True", "1 true TRUE True t T yes YES Y y +1 +")]
    [DataRow("False", "0 false FALSE f F no NO N n -1 -")]
    [DataRow(Refused, "2 on off maybe nan ? 1.0 tru truee NA")]
    public void Load_Boolean_TakesTheseWords(string expected, string fields)
    {
        foreach (var field in fields.Split(' '))
            Assert.AreEqual(expected, Load(DataKind.Boolean, field), field);
    }

    [TestMethod]
    public void Load_EmptyBoolean_IsFalse()
    {
        Assert.AreEqual("False", Load(DataKind.Boolean, ""));
        Assert.AreEqual("True", Load(DataKind.Boolean, "  true"));
        Assert.AreEqual(Refused, Load(DataKind.Boolean, "true "));
    }

    [TestMethod]
    [DataRow("1", 1f)]
    [DataRow("1.5", 1.5f)]
    [DataRow("-2e3", -2000f)]
    [DataRow("2E+3", 2000f)]
    [DataRow("+3", 3f)]
    [DataRow(".5", 0.5f)]
    [DataRow("-.5", -0.5f)]
    [DataRow("5.", 5f)]
    [DataRow(" 7 ", 7f)]
    [DataRow("7\u00A0", 7f)]
    [DataRow("\u00A07", 7f)]
    [DataRow("", 0f)]
    [DataRow("  ", 0f)]
    [DataRow("Infinity", float.PositiveInfinity)]
    [DataRow("-Infinity", float.NegativeInfinity)]
    [DataRow("∞", float.PositiveInfinity)]
    [DataRow("-∞", float.NegativeInfinity)]
    [DataRow("1e400", float.PositiveInfinity)]
    [DataRow("3.4028236e38", float.PositiveInfinity)]
    [DataRow("1e-50", 0f)]
    [DataRow("16777217", 16777216f)]
    [DataRow("0.1", 0.1f)]
    [DataRow("123456789.125", 123456790f)]
    public void Load_Single_ReadsNumbers(string field, float expected) => Assert.AreEqual(expected, LoadAs<float>(DataKind.Single, field));

    [TestMethod]
    [DataRow("? nan NaN NAN NA na N/A n/a", DisplayName = "Missing")]
    [DataRow("abc 1,5 1.5x 1e 1e+ 0x10 inf +Infinity -NaN -- + - . 1_000 (1) ∞∞ 1,000", DisplayName = "Bad")]
    public void Load_SingleThatIsNoNumber_IsNaN(string fields)
    {
        foreach (var field in fields.Split(' '))
            Assert.IsTrue(float.IsNaN(LoadAs<float>(DataKind.Single, field)), field);
    }

    [TestMethod]
    [DataRow("\u00A07\u00A0")]
    [DataRow("\u00A012")]
    [DataRow("\" 12\"")]
    public void Load_WhiteSpaceBeforeSeveralCharacters_SpoilsTheNumber(string field)
    {
        using var file = new TextFile($"{field}\n");

        Assert.AreEqual("NaN", file.Load(new() { AllowQuoting = true, Columns = [new("V", DataKind.Single, 0)] }));
    }

    [TestMethod]
    public void Load_MinusZero_KeepsItsSign() => Assert.IsTrue(float.IsNegative(LoadAs<float>(DataKind.Single, "-0")));

    [TestMethod]
    [DataRow("1.5", 1.5)]
    [DataRow("0.1", 0.1)]
    [DataRow("1e-320", 1e-320)]
    [DataRow("1.7976931348623157e308", double.MaxValue)]
    [DataRow("2e308", double.PositiveInfinity)]
    [DataRow("3.141592653589793238", Math.PI)]
    [DataRow("123456789012345678901234567890", 1.2345678901234568E+29)]
    [DataRow("", 0)]
    public void Load_Double_ReadsNumbers(string field, double expected) =>
        Assert.AreEqual(expected, LoadAs<double>(DataKind.Double, field));

    [TestMethod]
    [DataRow(DataKind.SByte, "127", "-128", "128", "-129")]
    [DataRow(DataKind.Int16, "32767", "-32768", "32768", "-32769")]
    [DataRow(DataKind.Int32, "2147483647", "-2147483648", "2147483648", "-2147483649")]
    [DataRow(DataKind.Int64, "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-9223372036854775809")]
    [DataRow(DataKind.Byte, "255", "0", "256", "-1")]
    [DataRow(DataKind.UInt16, "65535", "0", "65536", "-1")]
    [DataRow(DataKind.UInt32, "4294967295", "0", "4294967296", "-0")]
    [DataRow(DataKind.UInt64, "18446744073709551615", "0", "18446744073709551616", "-1")]
    public void Load_Integer_RefusesWhatDoesNotFit(DataKind kind, string greatest, string least, string above, string below)
    {
        Assert.AreEqual(greatest, Load(kind, greatest));
        Assert.AreEqual(least, Load(kind, least));
        Assert.AreEqual(Refused, Load(kind, above));
        Assert.AreEqual(Refused, Load(kind, below));
        Assert.AreEqual("0", Load(kind, ""));
    }

    [TestMethod]
    public void Load_Integer_TakesDigitsOnly()
    {
        foreach (var field in new[] { "5 ", "+5", "1.0", "abc", "?", "NA", "-", "1e3", "\u0665" })
            Assert.AreEqual(Refused, Load(DataKind.Int32, field), field);
        Assert.AreEqual("5", Load(DataKind.Int32, " 5"));
    }

    [TestMethod]
    public void Load_Key_HoldsTheValuePlusOneAndZeroForMissing() => Assert.AreEqual(
        "1\n2\n3\n0\n0\n0\n0", TextFile.Load("0\n1\n2\n3\nx\n?\nNA\n", Key(DataKind.UInt32, new KeyCount(3))));

    [TestMethod]
    public void Load_KeyWithoutCount_TakesAllValues()
    {
        using var file = new TextFile("5\n");

        var rows = new MLContext().Data.LoadFromTextFile(file.Path, Key(DataKind.UInt32, new KeyCount()));

        Assert.AreEqual("Key<UInt32, 0-4294967294>", rows.Schema[0].Type.ToString());
        Assert.AreEqual(6u, rows.GetColumn<uint>("V").Single());
    }

    [TestMethod]
    public void Load_KeyOfFloats_Throws()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TextFile.Load("0\n", Key(DataKind.Single, new KeyCount(3))));

        Assert.Contains("Bad item type for Key", error.Message);
    }

    [TestMethod]
    public void Load_MissingRealsAsNaNs_ChangesFloatsOnly()
    {
        TextLoader.Column[] columns =
            [new("A", DataKind.Single, 0), new("B", DataKind.Double, 1), new("C", DataKind.String, 2), new("D", DataKind.Int32, 3)];

        var rows = TextFile.Load("\t1\n2\n3\t\n", new() { Columns = columns, MissingRealsAsNaNs = true });

        Assert.AreEqual("NaN|1||0\n2|NaN||0\n3|NaN||0", rows);
    }

    [TestMethod]
    public void Load_QuotedNumber_IsRead() =>
        Assert.AreEqual("1.5", TextFile.Load("\"1.5\"\n", new() { AllowQuoting = true, Columns = [new("V", DataKind.Single, 0)] }));

    [TestMethod]
    public void Load_BadFieldWithoutMissingValue_ThrowsNamingLineAndColumn()
    {
        using var file = new TextFile("h\n1\n\nmaybe\n");

        var error = Assert.Throws<Exception>(() => file.Load(new() { HasHeader = true, Columns = [new("Label", DataKind.Boolean, 0)] }));

        Assert.Contains("Could not parse value maybe in line 4, column Label", error.Message);
    }

    [TestMethod]
    public void Load_BadFieldOfAColumnNotAsked_IsNotRead()
    {
        using var file = new TextFile("x\tmaybe\n");
        TextLoader.Column[] columns = [new("Label", DataKind.Boolean, 1), new("A", DataKind.String, 0)];

        var rows = new MLContext().Data.LoadFromTextFile(file.Path, columns);

        Assert.AreEqual("x", rows.GetColumn<string>("A").Single());
    }

    private static TextLoader.Options Key(DataKind kind, KeyCount count) =>
        new() { Columns = [new("V", kind, [new TextLoader.Range(0)], count)] };

    /// <summary>The value of a field between two others, printed, or <see cref="Refused"/>.</summary>
    private static string Load(DataKind kind, string field)
    {
        try
        {
            return TextFile.Load($"x\t{field}\ty\n", new() { Columns = [new("V", kind, 1)] });
        }
        catch (Exception error) when (error.Message.Contains($"not parse value {field} in line 1, column V", StringComparison.Ordinal))
        {
            return Refused;
        }
    }

    private static T LoadAs<T>(DataKind kind, string field)
    {
        using var file = new TextFile(string.Create(CultureInfo.InvariantCulture, $"x\t{field}\ty\n"));
        return new MLContext().Data.LoadFromTextFile(file.Path, [new TextLoader.Column("V", kind, 1)]).GetColumn<T>("V").Single();
    }
}
