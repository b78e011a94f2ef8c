using System.Globalization;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Primitives;

[TestClass]
public sealed class FactsTests
{
    [TestMethod]
    [DataRow(0.1 + 0.2)]
    [DataRow(double.Epsilon)]
    [DataRow(double.MaxValue)]
    [DataRow(-0.0)]
    [DataRow(double.NaN)]
    [DataRow(double.NegativeInfinity)]
    [DataRow(1.0 / 3)]
    public void Number_AnyValue_ComesBackBitForBit(double value)
    {
        var facts = new Facts();

        facts.Set("k", value);

        Assert.AreEqual(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(facts.Number("k")));
    }

    [TestMethod]
    [DataRow("-1")]
    [DataRow("4")]
    [DataRow("4294967297")]
    [DataRow("99999999999999999999")]
    [DataRow("1.5")]
    public void Whole_OutOfRange_NamesKeyValueAndRange(string value)
    {
        var facts = new Facts();
        facts.Set("k", value);

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => facts.Whole("k", 0, 3));

        Assert.AreEqual($"The value 'k' must be a whole number from 0 to 3, but is '{value}'.", exception.Message);
    }

    [TestMethod]
    public void Entries_MoreThanThereAreFacts_IsRefused()
    {
        var facts = new Facts();
        facts.Set("trials", 3L);
        facts.Set("trials.0.round", 1L);

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => facts.Entries("trials"));

        Assert.AreEqual("The value 'trials' must be a whole number from 0 to 2, but is '3'.", exception.Message);
    }

    [TestMethod]
    public void Values_OfEachKind_ComeBack()
    {
        var facts = new Facts();
        facts.Set("least", long.MinValue);
        facts.Set("most", ulong.MaxValue);
        facts.Set("yes", true);
        facts.Set("text", "a \"b\"\n");

        Facts copy = Facts.From(facts.Values);

        Assert.AreEqual(long.MinValue, copy.Whole("least"));
        Assert.AreEqual(ulong.MaxValue, copy.Bits("most"));
        Assert.IsTrue(copy.Flag("yes"));
        Assert.AreEqual("a \"b\"\n", copy.Text("text"));
        Assert.IsTrue(copy.Has("yes"));
        Assert.IsFalse(copy.Has("no"));
    }

    [TestMethod]
    public void Set_CultureWithCommaAndOtherMinus_WritesTheSameText()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("sv-SE");
            var facts = new Facts();
            facts.Set("number", -1.5);
            facts.Set("whole", -15L);

            Assert.AreEqual("-1.5", facts.Text("number"));
            Assert.AreEqual("-15", facts.Text("whole"));
            Assert.AreEqual(-1.5, facts.Number("number"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [TestMethod]
    public void Values_AreInOrdinalOrder()
    {
        Facts facts = Facts.From([new("b", "1"), new("B", "2"), new("a", "3")]);

        CollectionAssert.AreEqual(new[] { "B", "a", "b" }, facts.Values.Keys.ToArray());
    }

    [TestMethod]
    public void Text_Missing_IsNamed()
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => new Facts().Text("step"));

        Assert.AreEqual("The value 'step' is missing.", exception.Message);
    }

    [TestMethod]
    [DataRow("1.5", "The value 'k' must be a whole number, but is '1.5'.")]
    [DataRow("9223372036854775808", "The value 'k' must be a whole number, but is '9223372036854775808'.")]
    public void Whole_OtherText_IsNamed(string text, string message) => AssertRefused(text, facts => facts.Whole("k"), message);

    [TestMethod]
    public void Bits_Negative_IsNamed() =>
        AssertRefused("-1", facts => facts.Bits("k"), "The value 'k' must be a whole number from 0 to 18446744073709551615, but is '-1'.");

    [TestMethod]
    public void Number_OtherText_IsNamed() => AssertRefused("1,5", facts => facts.Number("k"), "The value 'k' must be a number, but is '1,5'.");

    [TestMethod]
    public void Flag_OtherText_IsNamed() => AssertRefused("True", facts => facts.Flag("k"), "The value 'k' must be true or false, but is 'True'.");

    private static void AssertRefused<T>(string text, Func<Facts, T> read, string message)
    {
        var facts = Facts.From([new("k", text)]);

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => read(facts));

        Assert.AreEqual(message, exception.Message);
    }
}
