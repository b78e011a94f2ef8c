using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class EmbeddingTests
{
    private static readonly int[] WordIds = [4, 0, 2, 4, 1];
    private static readonly int[] PositionIds = [0, 1, 2, 0, 1];
    private static readonly int[] SegmentIds = [0, 0, 1, 1, 1];

    [TestMethod]
    public void Forward_AnyHiddenSize_AddsTheThreeRows()
    {
        for (int hidden = 1; hidden <= 65; hidden++)
        {
            float[] words = Sample.Floats(5 * hidden);
            float[] positions = Sample.Floats(3 * hidden, 2);
            float[] segments = Sample.Floats(2 * hidden, 3);
            float[] three = new float[5 * hidden], two = new float[5 * hidden];

            Embedding.Forward(words, WordIds, positions, PositionIds, segments, SegmentIds, hidden, three);
            Embedding.Forward(words, WordIds, positions, PositionIds, [], [], hidden, two);

            for (int i = 0; i < three.Length; i++)
            {
                (int token, int j) = (i / hidden, i % hidden);
                float pair = words[(WordIds[token] * hidden) + j] + positions[(PositionIds[token] * hidden) + j];
                Assert.AreEqual(pair, two[i], $"hidden {hidden}, number {i}, without segments");
                Assert.AreEqual(pair + segments[(SegmentIds[token] * hidden) + j], three[i], $"hidden {hidden}, number {i}");
            }
        }
    }

    [TestMethod]
    public void GradAdd_AnyHiddenSize_AddsEachTokensGradientToItsRow()
    {
        for (int hidden = 1; hidden <= 65; hidden++)
        {
            float[] gradient = Sample.Floats(5 * hidden);
            float[] table = Sample.Floats(5 * hidden, 2);
            float[] expected = [.. table];
            for (int i = 0; i < gradient.Length; i++)
            {
                expected[(WordIds[i / hidden] * hidden) + (i % hidden)] += gradient[i];
            }

            Embedding.GradAdd(gradient, WordIds, hidden, table);

            CollectionAssert.AreEqual(expected, table, $"hidden {hidden}");
        }
    }

    [TestMethod]
    public void GradAdd_IdWithoutRow_IsNamed()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => Embedding.GradAdd(new float[4], [0, 5], 2, new float[10]));

        Assert.AreEqual("'ids' holds 5, but its table has rows 0 to 4. (Parameter 'ids')", exception.Message);
    }

    [TestMethod]
    [DataRow(5)]
    [DataRow(-1)]
    public void Forward_IdWithoutRow_IsNamed(int id)
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => Embedding.Forward(new float[10], [0, id], new float[10], [0, 1], [], [], 2, new float[4]));

        Assert.AreEqual($"'wordIds' holds {id}, but its table has rows 0 to 4. (Parameter 'wordIds')", exception.Message);
    }

    [TestMethod]
    public void Forward_OtherNumberOfIds_IsNamed()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => Embedding.Forward(new float[10], [0, 1], new float[10], [0], [], [], 2, new float[4]));

        Assert.AreEqual("'positionIds' holds 1 ids for 2 tokens. (Parameter 'positionIds')", exception.Message);
    }

    [TestMethod]
    public void Forward_SumTooShort_IsNamed()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => Embedding.Forward(new float[10], [0, 1], new float[10], [0, 1], [], [], 2, new float[3]));

        Assert.AreEqual("sum", exception.ParamName);
    }
}
