using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>The matching part of a payload, with one fault in each.</summary>
[TestClass]
public sealed class MatchingFactsTests
{
    private const int Hidden = 2;

    private const string FormsKnown =
        ", but only Temperature without a bank, Paper with one, and DensityAware with one or with no pairs are known here.";

    private static readonly MatchingModel Whole = new(
        new MatchingConstants { Form = MatchingForm.DensityAware, FittedPairs = 200, Scale = 0.7, BracketWeight = 0.5, AreaMix = 0.25, LocationWeight = -2, LocationCentre = 0.3, AreaWeight = 0.6, PositiveSlope = -0.4, Bias = 0.1 },
        EmbeddingBank.Of(new Matrix(4, Hidden, [1, 0, 0, 1, -1, 0.5f, 0, -3]), neighbours: 2).RankedAmong([1.5f, 0.25f, 1]));

    [TestMethod]
    public void Read_WhatWasWritten_IsTheSame()
    {
        MatchingModel read = Read(_ => { }, tensors => tensors)!;

        Assert.AreEqual(Whole.Constants, read.Constants);
        Assert.AreEqual(2, read.Bank!.Neighbours);
        CollectionAssert.AreEqual(Whole.Bank!.Distances.ToArray(), read.Bank.Distances.ToArray());
        CollectionAssert.AreEqual(Whole.Bank.Members.Values, read.Bank.Members.Values);
    }

    [TestMethod]
    [DataRow("matching.bank")]
    [DataRow("matching.sentences")]
    public void Read_BankOfAnEarlierDevelopmentVersion_SaysToTrainAgain(string name)
    {
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => Read(_ => { }, tensors => tensors.Select(tensor => tensor.Name == "matching.members" ? new NamedTensor(name, tensor.Shape, tensor.Values) : tensor)));

        Assert.AreEqual(
            $"The model's tensor '{name}' is of an earlier development version, whose matching score looked at pairs otherwise. Train the model again with this version.",
            error.Message);
    }

    [TestMethod]
    public void Read_ScoreOfBeforeAreaAndPositivesCounted_ScoresAsItDid()
    {
        Facts before = Facts.From(FactsOfWhole().Values.Where(fact => fact.Key is not ("matching.area" or "matching.positives")));

        MatchingModel read = MatchingFacts.Read(before, [.. MatchingFacts.Tensors(Whole)], Hidden)!;

        Assert.AreEqual(Whole.Constants with { AreaWeight = 0, PositiveSlope = 0 }, read.Constants);
        double g = 1 - 0.5 + 0.5 * ((0.25 * 0.4) + (0.75 * 0.7));
        double score = Math.Cbrt(g) * 0.7 * 2 + g * g * (3 - 2 * g) * (-2 * (0.5 - 0.3) + 0.1);
        Assert.AreEqual(score, MatchingFormula.Score(read.Constants, 2, new PairTraits(Area: 0.4f, Density: 0.7f, Location: 0.5f)), 1e-6);
    }

    [TestMethod]
    public void Read_ModelsWithoutABank_AreWhole()
    {
        Assert.IsNull(MatchingFacts.Read(new Facts(), [], Hidden));
        foreach (MatchingForm form in new[] { MatchingForm.Temperature, MatchingForm.DensityAware })
        {
            var facts = new Facts();
            MatchingFacts.Write(facts, new MatchingModel(new MatchingConstants { Form = form }, Bank: null));

            Assert.AreEqual(form, MatchingFacts.Read(facts, [], Hidden)!.Constants.Form);
        }
    }

    [TestMethod]
    [DataRow("matching.neighbours", "4294967297", "The value 'matching.neighbours' must be a whole number from 1 to 2, but is '4294967297'.")]
    [DataRow("matching.neighbours", "3", "The value 'matching.neighbours' must be a whole number from 1 to 2, but is '3'.")]
    [DataRow("matching.neighbours", "0", "The value 'matching.neighbours' must be a whole number from 1 to 2, but is '0'.")]
    [DataRow("matching.pairs", "-5", "The value 'matching.pairs' must be a whole number from 0 to 2147483647, but is '-5'.")]
    [DataRow("matching.scale", "-1", "The value 'matching.scale' must be a number above 0 that is finite, but is '-1'.")]
    [DataRow("matching.scale", "NaN", "The value 'matching.scale' must be a number above 0 that is finite, but is 'NaN'.")]
    [DataRow("matching.scale", "Infinity", "The value 'matching.scale' must be a number above 0 that is finite, but is 'Infinity'.")]
    [DataRow("matching.bracket", "7", "The value 'matching.bracket' must be a number from 0 to 1, but is '7'.")]
    [DataRow("matching.area.mix", "NaN", "The value 'matching.area.mix' must be a number from 0 to 1, but is 'NaN'.")]
    [DataRow("matching.location", "NaN", "The value 'matching.location' must be a number that is finite, but is 'NaN'.")]
    [DataRow("matching.location.centre", "Infinity", "The value 'matching.location.centre' must be a number that is finite, but is 'Infinity'.")]
    [DataRow("matching.area", "NaN", "The value 'matching.area' must be a number that is finite, but is 'NaN'.")]
    [DataRow("matching.positives", "Infinity", "The value 'matching.positives' must be a number that is finite, but is 'Infinity'.")]
    [DataRow("matching.bias", "NaN", "The value 'matching.bias' must be a number that is finite, but is 'NaN'.")]
    [DataRow("matching.form", "Temperature", "The model's 'matching.form' is 'Temperature' with 'matching.pairs' 200 and a bank of sentences" + FormsKnown)]
    [DataRow("matching.form", "Classifier", "The model's 'matching.form' is 'Classifier' with 'matching.pairs' 200 and a bank of sentences" + FormsKnown)]
    [DataRow("matching.form", "Odd", "The model's 'matching.form' is 'Odd', but only Classifier, Temperature, DensityAware, Paper are known here.")]
    public void Read_ValueOutOfRange_NamesIt(string key, string value, string message) =>
        AssertRefused(facts => facts.Set(key, value), tensors => tensors, message);

    [TestMethod]
    [DataRow("matching.neighbours", "The value 'matching.neighbours' is missing.")]
    [DataRow("matching.area", "The value 'matching.area' is missing.")]
    [DataRow("matching.positives", "The value 'matching.positives' is missing.")]
    [DataRow("matching.form", "The value 'matching.form' is missing.")]
    public void Read_ValueMissing_NamesIt(string key, string message)
    {
        Facts facts = FactsOfWhole();
        Facts without = Facts.From(facts.Values.Where(fact => fact.Key != key));

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => MatchingFacts.Read(without, [.. MatchingFacts.Tensors(Whole)], Hidden));

        Assert.AreEqual(message, exception.Message);
    }

    [TestMethod]
    public void Read_FittedWithoutABank_IsRefused()
    {
        Facts without = Facts.From(FactsOfWhole().Values.Where(fact => fact.Key != "matching.neighbours"));

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => MatchingFacts.Read(without, [], Hidden));

        Assert.AreEqual("The model's 'matching.form' is 'DensityAware' with 'matching.pairs' 200 and no bank of sentences" + FormsKnown, exception.Message);
    }

    [TestMethod]
    public void Read_BankOfAnotherEncoder_NamesBothSizes()
    {
        const string needed = "but must have two rows for each of 2 to 1024 pairs, each row of 2 numbers, as the encoder's vectors have them.";
        AssertRefused("matching.members", new NamedTensor("matching.members", [4, 1], new float[4]), $"The model's tensor 'matching.members' has shape (4, 1), {needed}");
        AssertRefused("matching.members", new NamedTensor("matching.members", [2, 4], new float[8]), $"The model's tensor 'matching.members' has shape (2, 4), {needed}");
        AssertRefused("matching.members", new NamedTensor("matching.members", [8], new float[8]), $"The model's tensor 'matching.members' has shape (8), {needed}");
        AssertRefused("matching.members", new NamedTensor("matching.members", [5, 2], new float[10]), $"The model's tensor 'matching.members' has shape (5, 2), {needed}");
        AssertRefused("matching.members", new NamedTensor("matching.members", [2050, 2], new float[4100]), $"The model's tensor 'matching.members' has shape (2050, 2), {needed}");
    }

    [TestMethod]
    public void Read_TensorSpoilt_NamesIt()
    {
        AssertRefused(
            "matching.distances", new NamedTensor("matching.distances", [4], [4, 3, 2, 1]),
            "The model's tensor 'matching.distances' must hold rising numbers from 0, but has 3 at element 1, behind 4.");
        AssertRefused(
            "matching.distances", new NamedTensor("matching.distances", [4], [-1, 1, 2, 3]),
            "The model's tensor 'matching.distances' must hold rising numbers from 0, but has -1 at element 0, behind 0.");
        AssertRefused(
            "matching.distances", new NamedTensor("matching.distances", [0], []),
            "The model's tensor 'matching.distances' has shape (0), but must have from 1 to 1024 numbers.");
        AssertRefused(
            "matching.distances", new NamedTensor("matching.distances", [1025], new float[1025]),
            "The model's tensor 'matching.distances' has shape (1025), but must have from 1 to 1024 numbers.");
        AssertRefused(
            "matching.members", new NamedTensor("matching.members", [4, 2], [1, 2, 3, float.NaN, 5, 6, 7, 8]),
            "The model's tensor 'matching.members' holds NaN at element 3, but every element must be finite.");
        AssertRefused(_ => { }, tensors => tensors.Where(tensor => tensor.Name != "matching.distances"), "The model's tensor 'matching.distances' is missing.");
    }

    [TestMethod]
    [DataRow("training.trials", "-1", "a whole number from 0 to ")]
    [DataRow("training.validations", "2147483647", "a whole number from 0 to ")]
    [DataRow("threshold", "NaN", "a number that is finite")]
    [DataRow("training.steps", "4294967297", "a whole number from 0 to 2147483647")]
    public void Read_RestOfTheModelOutOfRange_NamesIt(string key, string value, string allowed)
    {
        using var encoder = new TinyEncoder();
        Facts facts = ModelFacts.Write(encoder.Train(new MLContext()).Model.Definition, trainedFrom: null);
        facts.Set(key, value);

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => ModelFacts.Read(facts, [], hidden: 16));

        StringAssert.StartsWith(exception.Message, $"The value '{key}' must be {allowed}", StringComparison.Ordinal);
        StringAssert.EndsWith(exception.Message, $", but is '{value}'.", StringComparison.Ordinal);
    }

    private static void AssertRefused(string name, NamedTensor spoilt, string message) =>
        AssertRefused(_ => { }, tensors => tensors.Select(tensor => tensor.Name == name ? spoilt : tensor), message);

    private static void AssertRefused(Action<Facts> alter, Func<IEnumerable<NamedTensor>, IEnumerable<NamedTensor>> spoil, string message)
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => Read(alter, spoil));

        Assert.AreEqual(message, exception.Message);
    }

    private static MatchingModel? Read(Action<Facts> alter, Func<IEnumerable<NamedTensor>, IEnumerable<NamedTensor>> spoil)
    {
        Facts facts = FactsOfWhole();
        alter(facts);
        return MatchingFacts.Read(facts, [.. spoil(MatchingFacts.Tensors(Whole))], Hidden);
    }

    private static Facts FactsOfWhole()
    {
        var facts = new Facts();
        MatchingFacts.Write(facts, Whole);
        return facts;
    }
}
