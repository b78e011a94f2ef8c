using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>Each kernel against PyTorch's double-precision results.</summary>
[TestClass, TestCategory("Kernels")]
public sealed class KernelGoldenTests
{
    [TestMethod]
    public void PanelAndDenseProduct_EqualTorchLinear()
    {
        KernelGolden golden = KernelGolden.Load("linear");
        (int rows, int inputs, int outputs) = (golden.Size("x", 0), golden.Size("x", 1), golden.Size("y", 1));
        float[] x = golden.Floats("x"), weight = golden.Floats("weight"), bias = golden.Floats("bias"), gradY = golden.Floats("gradY");
        float[] forward = new float[PanelProduct.PackedLength(inputs, outputs)], backward = new float[PanelProduct.PackedLength(outputs, inputs)];
        PanelProduct.PackTransposed(weight, inputs, outputs, forward);
        PanelProduct.Pack(weight, outputs, inputs, backward);
        float[] y = new float[rows * outputs], gradX = new float[rows * inputs], gradWeight = new float[weight.Length], gradBias = new float[outputs];

        PanelProduct.MultiplyBias(x, rows, inputs, inputs, forward, outputs, bias, y, outputs);
        PanelProduct.Multiply(gradY, rows, outputs, outputs, backward, inputs, gradX, inputs);
        AssertEqual(golden, "y", y);
        AssertEqual(golden, "gradX", gradX);

        DenseProduct.Forward(x, rows, inputs, weight, bias, outputs, y);
        DenseProduct.GradInput(gradY, rows, outputs, weight, inputs, gradX);
        DenseProduct.GradWeightAdd(gradY, rows, outputs, outputs, x, inputs, gradWeight);
        DenseProduct.GradBiasAdd(gradY, rows, outputs, outputs, gradBias);
        AssertEqual(golden, "y", y);
        AssertEqual(golden, "gradX", gradX);
        AssertEqual(golden, "gradWeight", gradWeight);
        AssertEqual(golden, "gradBias", gradBias);
    }

    [TestMethod]
    [DataRow("lora1")]
    [DataRow("lora3")]
    [DataRow("lora8")]
    public void ThinProduct_EqualsTorchLowRankUpdate(string name)
    {
        KernelGolden golden = KernelGolden.Load(name);
        (int rows, int inputs, int rank, int outputs) = (golden.Size("x", 0), golden.Size("x", 1), golden.Size("a", 0), golden.Size("y", 1));
        float scale = golden.Floats("scale")[0];
        float[] x = golden.Floats("x"), a = golden.Floats("a"), b = golden.Floats("b"), gradY = golden.Floats("gradY");
        float[] t = new float[rows * rank], y = golden.Floats("start"), gradT = new float[rows * rank];
        float[] gradX = new float[x.Length], gradA = new float[a.Length], gradB = new float[b.Length];

        ThinProduct.Down(x, rows, inputs, inputs, a, rank, t);
        ThinProduct.UpAdd(t, rows, rank, b, outputs, scale, y, outputs);
        ThinProduct.GradUp(gradY, rows, outputs, outputs, b, rank, scale, gradT);
        ThinProduct.GradDownAdd(gradT, rows, rank, a, inputs, gradX, inputs);
        ThinProduct.OuterAdd(gradT, rows, rank, rank, x, inputs, inputs, 1, gradA);
        ThinProduct.OuterAdd(gradY, rows, outputs, outputs, t, rank, rank, scale, gradB);

        AssertEqual(golden, "t", t);
        AssertEqual(golden, "y", y);
        AssertEqual(golden, "gradT", gradT);
        AssertEqual(golden, "gradX", gradX);
        AssertEqual(golden, "gradA", gradA);
        AssertEqual(golden, "gradB", gradB);
    }

    [TestMethod]
    public void LayerNorm_EqualsTorch()
    {
        KernelGolden golden = KernelGolden.Load("layerNorm");
        (int rows, int columns) = (golden.Size("x", 0), golden.Size("x", 1));
        float[] x = golden.Floats("x"), gain = golden.Floats("gain");
        float[] y = new float[x.Length], sum = new float[x.Length], gradX = new float[x.Length], mean = new float[rows], inverse = new float[rows];

        LayerNorm.ForwardResidual(x, golden.Floats("residual"), rows, columns, gain, golden.Floats("bias"), 1e-5f, sum, y, mean, inverse);
        LayerNorm.Backward(golden.Floats("gradY"), sum, rows, columns, gain, mean, inverse, gradX);

        AssertEqual(golden, "y", y);
        AssertEqual(golden, "gradX", gradX);
    }

    [TestMethod]
    public void Gelu_EqualsTorch() => AssertActivation("gelu", Gelu.Forward, Gelu.Backward, ofResult: false);

    [TestMethod]
    public void GeluTanh_EqualsTorch() => AssertActivation("geluTanh", GeluTanh.Forward, GeluTanh.Backward, ofResult: false);

    [TestMethod]
    public void Relu_EqualsTorch() => AssertActivation("relu", Relu.Forward, Relu.Backward, ofResult: false);

    [TestMethod]
    public void Tanh_EqualsTorch() => AssertActivation("tanh", Tanh.Forward, Tanh.Backward, ofResult: true);

    [TestMethod]
    public void Softmax_EqualsTorch()
    {
        KernelGolden golden = KernelGolden.Load("softmax");
        (int rows, int columns) = (golden.Size("x", 0), golden.Size("x", 1));
        float[] y = new float[rows * columns], gradX = new float[rows * columns];

        Softmax.Forward(golden.Floats("x"), rows, columns, columns, y);
        Softmax.Backward(y, golden.Floats("gradY"), rows, columns, 1, gradX);

        AssertEqual(golden, "y", y);
        AssertEqual(golden, "gradX", gradX);
    }

    [TestMethod]
    public void SelfAttention_EqualsTorch()
    {
        KernelGolden golden = KernelGolden.Load("selfAttention");
        (int length, int hidden, int heads) = (golden.Size("q", 0), golden.Size("q", 1), golden.Whole("heads")[0]);
        float[] qkv = Joined(golden, length, hidden, "q", "k", "v");
        float[] probabilities = new float[heads * length * length], context = new float[length * hidden], gradQkv = new float[qkv.Length];

        SelfAttention.Forward(qkv, length, hidden, heads, 3 * hidden, probabilities, context);
        SelfAttention.Backward(
            qkv, length, hidden, heads, 3 * hidden, probabilities, golden.Floats("gradContext"), gradQkv, new float[SelfAttention.ScratchLength(length)]);

        AssertEqual(golden, "probabilities", probabilities);
        AssertEqual(golden, "context", context);
        Precision.AssertClose(Sample.Doubles(Joined(golden, length, hidden, "gradQ", "gradK", "gradV")), gradQkv, Precision.FewRoundings, "gradQkv");
    }

    /// <summary>Attention of a single query whose keys and values stand for the tokens: a head at a time, put together from the parts.</summary>
    [TestMethod]
    public void TokenAverage_EqualsTorch()
    {
        KernelGolden golden = KernelGolden.Load("singleQueryAttention");
        (int length, int hidden, int heads) = (golden.Size("k", 0), golden.Size("k", 1), golden.Whole("heads")[0]);
        int size = hidden / heads;
        float scale = 1 / MathF.Sqrt(size);
        for (int head = 0; head < heads; head++)
        {
            float[] Part(string name, int rows) => Array.ConvertAll(
                Plain.Columns(Sample.Doubles(golden.Floats(name)), rows, hidden, head * size, size), value => (float)value);
            float[] query = Part("q", 1), keys = Part("k", length), values = Part("v", length), gradContext = Part("gradContext", 1);
            float[] weights = new float[length], context = new float[size], gradScores = new float[length], gradQuery = new float[size];
            float[] gradKeys = new float[keys.Length], gradValues = new float[values.Length];

            TokenAverage.Scores(query, size, 1, keys, length, size, scale, adds: false, weights);
            Softmax.Forward(weights, 1, length, length, weights);
            TokenAverage.Gather(weights, 1, values, length, size, context, size);
            TokenAverage.Scores(gradContext, size, 1, values, length, size, 1, adds: false, gradScores);
            Softmax.Backward(weights, gradScores, 1, length, scale, gradScores);
            TokenAverage.Gather(gradScores, 1, keys, length, size, gradQuery, size);
            TokenAverage.Scatter(gradScores, 1, query, size, length, size, adds: false, gradKeys);
            TokenAverage.Scatter(weights, 1, gradContext, size, length, size, adds: false, gradValues);

            Precision.AssertClose(Sample.Doubles(Part("context", 1)), context, Precision.FewRoundings, "context");
            Precision.AssertClose(Sample.Doubles(Part("gradQ", 1)), gradQuery, Precision.FewRoundings, "gradQ");
            Precision.AssertClose(Sample.Doubles(Part("gradK", length)), gradKeys, Precision.FewRoundings, "gradK");
            Precision.AssertClose(Sample.Doubles(Part("gradV", length)), gradValues, Precision.FewRoundings, "gradV");
        }
    }

    [TestMethod]
    public void Embedding_EqualsTorch()
    {
        KernelGolden golden = KernelGolden.Load("embedding");
        var sum = new float[golden.Size("y", 0) * golden.Size("y", 1)];

        Embedding.Forward(
            golden.Floats("words"), golden.Whole("wordIds"), golden.Floats("positions"), golden.Whole("positionIds"),
            golden.Floats("segments"), golden.Whole("segmentIds"), golden.Size("y", 1), sum);

        AssertEqual(golden, "y", sum);
    }

    [TestMethod]
    public void CrossEntropy_EqualsTorch()
    {
        KernelGolden golden = KernelGolden.Load("crossEntropy");
        float[] weights = golden.Floats("weights");
        var gradLogits = new float[golden.Size("logits", 0) * golden.Size("logits", 1)];

        double loss = CrossEntropy.ForwardBackward(
            golden.Floats("logits"), golden.Size("logits", 1), golden.Whole("labels"), weights, weights.Sum(), gradLogits);

        // The golden has nine digits.
        Assert.AreEqual(golden.Doubles("loss")[0], loss, 1e-8);
        AssertEqual(golden, "gradLogits", gradLogits);
    }

    [TestMethod]
    public void AdamW_EqualsTorch()
    {
        KernelGolden golden = KernelGolden.Load("adamW");
        float[] weight = golden.Floats("start"), gradients = golden.Floats("gradients");
        int count = weight.Length;
        float[] m = new float[count], v = new float[count];

        for (int step = 1; step <= golden.Size("gradients", 0); step++)
        {
            AdamW.Update(weight, gradients.AsSpan((step - 1) * count, count), m, v, 0.01f, 0.9f, 0.99f, 1e-6f, 0.1f, step, 1);
        }

        AssertEqual(golden, "weight", weight);
    }

    [TestMethod]
    public void AdamDirection_EqualsTorchsAdam()
    {
        KernelGolden golden = KernelGolden.Load("adam");
        float[] weight = golden.Floats("start"), gradients = golden.Floats("gradients");
        int count = weight.Length;
        float[] m = new float[count], v = new float[count], direction = new float[count];

        for (int step = 1; step <= golden.Size("gradients", 0); step++)
        {
            AdamDirection.Compute(weight, gradients.AsSpan((step - 1) * count, count), m, v, 0.9f, 0.99f, 1e-6f, 0.1f, step, 1, direction);
            Descent.Apply(weight, direction, 0.01f, 0);
        }

        AssertEqual(golden, "weight", weight);
    }

    private delegate void ForwardKernel(ReadOnlySpan<float> x, Span<float> y);

    private delegate void BackwardKernel(ReadOnlySpan<float> x, ReadOnlySpan<float> gradY, Span<float> gradX);

    private static void AssertActivation(string name, ForwardKernel forward, BackwardKernel backward, bool ofResult)
    {
        KernelGolden golden = KernelGolden.Load(name);
        float[] x = golden.Floats("x");
        float[] y = new float[x.Length], gradX = new float[x.Length];

        forward(x, y);
        backward(ofResult ? y : x, golden.Floats("gradY"), gradX);

        AssertEqual(golden, "y", y);
        AssertEqual(golden, "gradX", gradX);
    }

    private static void AssertEqual(KernelGolden golden, string tensor, float[] actual) =>
        Precision.AssertClose(golden.Doubles(tensor), actual, Precision.FewRoundings, tensor);

    /// <summary>Tensors of (length, hidden) side by side.</summary>
    private static float[] Joined(KernelGolden golden, int length, int hidden, params string[] tensors) =>
        [.. Enumerable.Range(0, length).SelectMany(row => tensors.SelectMany(tensor => golden.Floats(tensor).Skip(row * hidden).Take(hidden)))];
}
