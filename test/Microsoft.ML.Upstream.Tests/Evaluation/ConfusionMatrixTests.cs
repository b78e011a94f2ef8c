using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Evaluation;

[TestClass]
public sealed class ConfusionMatrixTests
{
    private readonly MLContext _ml = new(seed: 1);

    /// <summary>The tables are printed in the current culture.</summary>
    [TestInitialize]
    public void SetCulture() => CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

    [TestMethod]
    public void GetFormattedConfusionTable_Binary_IsAsRecorded()
    {
        var matrix = _ml.BinaryClassification.Evaluate(BinaryEvaluationCases.All().First().Load(_ml)).ConfusionMatrix;

        CheckTable(
            """
            TEST POSITIVE RATIO:	0.4545 (5.0/(5.0+6.0))
            Confusion table
                      ||======================
            PREDICTED || positive | negative | Recall
            TRUTH     ||======================
             positive ||        3 |        2 | 0.6000
             negative ||        2 |        4 | 0.6667
                      ||======================
            Precision ||   0.6000 |   0.6667 |

            """,
            matrix);
    }

    [TestMethod]
    public void GetFormattedConfusionTable_ClassesWithoutNames_AreIndices()
    {
        var matrix =
            _ml.MulticlassClassification.Evaluate(_ml.Data.LoadFromEnumerable(MulticlassEvaluationTests.MixedRows)).ConfusionMatrix;

        CheckTable(
            """

            Confusion table
                      ||========================
            PREDICTED ||     0 |     1 |     2 | Recall
            TRUTH     ||========================
                    0 ||     2 |     1 |     0 | 0.6667
                    1 ||     0 |     2 |     0 | 1.0000
                    2 ||     1 |     0 |     1 | 0.5000
                      ||========================
            Precision ||0.6667 |0.6667 |1.0000 |

            """,
            matrix);
    }

    [TestMethod]
    public void GetFormattedConfusionTable_ShortNames_AreInTheHeading()
    {
        var matrix = EvaluateWithNames("red", "green", "blue");

        CheckTable(
            """

            Confusion table
                      ||========================
            PREDICTED ||   red | green |  blue | Recall
            TRUTH     ||========================
                  red ||     2 |     1 |     0 | 0.6667
                green ||     0 |     2 |     0 | 1.0000
                 blue ||     1 |     0 |     1 | 0.5000
                      ||========================
            Precision ||0.6667 |0.6667 |1.0000 |

            """,
            matrix);
    }

    [TestMethod]
    public void GetFormattedConfusionTable_LongNames_AreNumbered()
    {
        var matrix = EvaluateWithNames("billing questions", "a", "delivery");

        CheckTable(
            """

            Confusion table
                                 ||========================
            PREDICTED            ||     0 |     1 |     2 | Recall
            TRUTH                ||========================
            0. billing questions ||     2 |     1 |     0 | 0.6667
            1.                 a ||     0 |     2 |     0 | 1.0000
            2.          delivery ||     1 |     0 |     1 | 0.5000
                                 ||========================
            Precision            ||0.6667 |0.6667 |1.0000 |

            """,
            matrix);
    }

    [TestMethod]
    public void GetCountForClassPair_Binary_TakesPredictedBeforeActual()
    {
        var matrix = Load(
            BinaryEvaluationTests.Pair(
                true, 1, 0.75f), BinaryEvaluationTests.Pair(false, -1, 0.25f), BinaryEvaluationTests.Pair(false, 2, 0.75f));

        Assert.AreEqual(1, matrix.GetCountForClassPair(0, 0));
        Assert.AreEqual(1, matrix.GetCountForClassPair(0, 1));
        Assert.AreEqual(0, matrix.GetCountForClassPair(1, 0));
        Assert.AreEqual(1, matrix.GetCountForClassPair(1, 1));
        Assert.AreEqual(1, matrix.Counts[1][0]);
    }

    [TestMethod]
    [DataRow(2, 0, "predictedClassIndicatorIndex")]
    [DataRow(0, -1, "actualClassIndicatorIndex")]
    public void GetCountForClassPair_IndexOutside_Throws(int predicted, int actual, string parameter)
    {
        var matrix = Load(BinaryEvaluationTests.Pair(true, 1, 0.75f), BinaryEvaluationTests.Pair(false, -1, 0.25f));

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => matrix.GetCountForClassPair(predicted, actual));

        Assert.AreEqual(parameter, error.ParamName);
        Assert.Contains("Invalid index. Should be non-negative, less than the number of classes.", error.Message);
    }

    private static void CheckTable(string expected, ConfusionMatrix matrix) =>
        Assert.AreEqual(expected.ReplaceLineEndings(), matrix.GetFormattedConfusionTable().ReplaceLineEndings());

    private ConfusionMatrix Load(params ScoredPair[] rows) =>
        _ml.BinaryClassification.Evaluate(_ml.Data.LoadFromEnumerable(rows)).ConfusionMatrix;

    private ConfusionMatrix EvaluateWithNames(params string[] names)
    {
        var definition = SchemaDefinition.Create(typeof(MulticlassEvaluationTests.KeyRow));
        var slotNames = new VBuffer<ReadOnlyMemory<char>>(names.Length, [.. names.Select(name => name.AsMemory())]);
        definition["Score"].AddAnnotation("SlotNames", slotNames, new VectorDataViewType(TextDataViewType.Instance, names.Length));
        var rows = _ml.Data.LoadFromEnumerable(MulticlassEvaluationTests.MixedRows, definition);
        return _ml.MulticlassClassification.Evaluate(rows).ConfusionMatrix;
    }
}
