namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>What scoring adds to a row.</summary>
internal sealed class Scored
{
    public int Id { get; set; }

    public bool PredictedLabel { get; set; }

    public float Score { get; set; }

    public float Probability { get; set; }

    /// <summary>All rows of a scored view.</summary>
    public static Scored[] Of(MLContext ml, IDataView scored) => [.. ml.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false)];

    /// <summary>All rows of a view, scored by a model.</summary>
    public static Scored[] Of(MLContext ml, ITransformer model, IDataView data) => Of(ml, model.Transform(data));

    /// <summary>The scores of a model for fixed pairs, to tell models apart by.</summary>
    public static float[] Probe(MLContext ml, ITransformer model) =>
        [.. Of(ml, model, TinyPairs.Data(ml, 12, seed: 77)).Select(row => row.Score)];

    /// <summary>Asserts that two scorings agree bit for bit, row by row.</summary>
    public static void AssertSame(IReadOnlyList<Scored> expected, IReadOnlyList<Scored> actual)
    {
        Assert.HasCount(expected.Count, actual);
        foreach ((Scored first, Scored second) in expected.Zip(actual))
        {
            Assert.AreEqual(first.Id, second.Id);
            Assert.AreEqual(first.Score, second.Score, $"Row {first.Id}.");
            Assert.AreEqual(first.Probability, second.Probability, $"Row {first.Id}.");
            Assert.AreEqual(first.PredictedLabel, second.PredictedLabel, $"Row {first.Id}.");
        }
    }
}
