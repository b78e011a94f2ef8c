using Microsoft.ML.Lora.Engines.Torch.Kernels;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>Operators of ours on a GPU, called from scripts as the encoder's script calls them, against the device library's in single precision.</summary>
[TestClass, TestCategory("Torch")]
public sealed class FusedOperatorsTests
{
    /// <summary>Half a unit in bfloat16's last place, relative: what rounding a result costs.</summary>
    private const double Rounding = 1.0 / 256;

    /// <summary>The GELU by tanh lies within this of the one by the normal distribution, everywhere.</summary>
    private const double TanhGelu = 5e-4;

    /// <summary>Its slope likewise.</summary>
    private const double TanhSlope = 3e-3;

    private const string Calls = """
        def norm(x: Tensor, residual: Tensor, weights: List[Tensor], keep: bool, epsilon: float) -> List[Tensor]:
            output, statistics, again = add_norm(x, residual, weights, 0, keep, epsilon)
            return [output, x, statistics]

        def norm_back(gradient: Tensor, x: Tensor, statistics: Tensor, weights: List[Tensor]) -> Tensor:
            return norm_gradient(gradient, [x, statistics, statistics], 0, weights, 0)

        def table(numbers: Tensor, rows: int, tables: List[Tensor], epsilon: float) -> Tensor:
            return embed(numbers, rows, tables, epsilon)

        def active(x: Tensor, weights: List[Tensor], activation: int, keep: bool) -> List[Tensor]:
            found, inner = dense_active(x, weights, 0, activation, keep)
            return [found, inner]

        def active_back(gradient: Tensor, weight: Tensor, inner: Tensor, activation: int) -> Tensor:
            return active_gradient(gradient, weight, inner, activation)
        """;

    private const string AttentionCalls = """
        def both(projected: Tensor, gradient: Tensor, starts: Tensor, longest: int, heads: int) -> List[Tensor]:
            kept = attend(projected, starts, longest, heads)
            return [kept[0], attend_gradient(gradient, [projected] + kept, 0, starts, longest, heads)]

        def first(queries: Tensor, others: Tensor, gradient: Tensor, firsts: Tensor, starts: Tensor, longest: int, heads: int) -> List[Tensor]:
            kept = attend_first(queries, others, firsts, starts, longest, heads)
            by_queries, by_others = attend_first_gradient(gradient, [queries, others] + kept, 0, firsts, starts, longest, heads)
            return [kept[0], by_queries, by_others]
        """;

    private static readonly torch.ScalarType Half = torch.ScalarType.BFloat16;

    [TestMethod]
    [DataRow(1, 8)]
    [DataRow(3, 264)]
    [DataRow(5, 768)]
    [DataRow(1001, 384)]
    [DataRow(7, 1000)]
    [DataRow(4, 2048)]
    public void AddNorm_AnySize_SumIsRoundedAndNormAndGradientAreAsInSinglePrecision(int rows, int hidden)
    {
        TorchDevices.RequireGpu();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.jit.CompilationUnit script = Script(hidden);
        (Tensor x, Tensor residual) = (Random(rows, hidden) * 3, Random(rows, hidden) + 1);
        Tensor[] weights = [Random(hidden) + 1, Random(hidden)];
        Tensor sum = (x.to_type(torch.ScalarType.Float32) + residual.to_type(torch.ScalarType.Float32)).to_type(Half);
        Tensor input = sum.to_type(torch.ScalarType.Float32).requires_grad_();
        Tensor expected = torch.nn.functional.layer_norm(input, [hidden], weights[0].to_type(torch.ScalarType.Float32), weights[1].to_type(torch.ScalarType.Float32), 1e-12);
        Tensor gradient = Random(rows, hidden);
        expected.backward([gradient.to_type(torch.ScalarType.Float32)]);

        Tensor unkept = ((Tensor[])script.invoke("norm", x.clone(), residual, weights, false, 1e-12))[0];
        var found = (Tensor[])script.invoke("norm", x, residual, weights, true, 1e-12);
        var back = (Tensor)script.invoke("norm_back", gradient.clone(), found[1], found[2], weights);
        FusedOperators.ThrowIfFailed();

        Assert.IsTrue(found[1].eq(sum).all().ToBoolean(), "sum");
        Assert.IsTrue(found[0].eq(unkept).all().ToBoolean(), "kept or not");
        AssertNear(expected.detach(), found[0], Rounding, 1e-3, "norm");
        AssertNear(input.grad!, back, Rounding, 1e-3, "gradient");
    }

    [TestMethod]
    [DataRow(1, 8, true)]
    [DataRow(77, 768, true)]
    [DataRow(77, 384, false)]
    public void Embed_AnySize_NormOfSumOfRows(int rows, int hidden, bool segmented)
    {
        TorchDevices.RequireGpu();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.jit.CompilationUnit script = Script(hidden);
        Tensor[] tables = [Random(hidden) + 1, Random(hidden), Random(50, hidden), Random(40, hidden), .. segmented ? [Random(2, hidden)] : Array.Empty<Tensor>()];
        var random = new Random(3);
        int[] limits = [50, 40, 2];
        int[] numbers = [.. limits.SelectMany(limit => Enumerable.Range(0, rows).Select(_ => random.Next(limit)))];
        Tensor onDevice = torch.tensor(numbers, device: torch.CUDA);
        Tensor sum = torch.zeros([rows, hidden], device: torch.CUDA);
        for (int i = 2; i < tables.Length; i++)
        {
            sum = sum + tables[i].to_type(torch.ScalarType.Float32).index_select(0, onDevice.narrow(0, (i - 2) * rows, rows));
        }

        Tensor expected = torch.nn.functional.layer_norm(
            sum, [hidden], tables[0].to_type(torch.ScalarType.Float32), tables[1].to_type(torch.ScalarType.Float32), 1e-12);

        var found = (Tensor)script.invoke("table", onDevice, rows, tables, 1e-12);
        FusedOperators.ThrowIfFailed();

        AssertNear(expected, found, Rounding, 1e-3, "embedded");
    }

    [TestMethod]
    [DataRow(1, 64, 256)]
    [DataRow(32, 768, 3072)]
    [DataRow(77, 384, 1536)]
    [DataRow(1003, 768, 3072)]
    public void DenseGelu_AnySize_ResultAndGradientAsInSinglePrecision(int rows, int hidden, int feedForward)
    {
        TorchDevices.RequireGpu();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.jit.CompilationUnit script = Script(hidden);
        Tensor x = Random(rows, hidden);
        Tensor[] weights = [Random(feedForward, hidden) * (1 / Math.Sqrt(hidden)), Random(feedForward)];
        Tensor inner = torch.nn.functional.linear(
            x.to_type(torch.ScalarType.Float32), weights[0].to_type(torch.ScalarType.Float32), weights[1].to_type(torch.ScalarType.Float32));
        Tensor gradient = Random(rows, hidden);
        Tensor behind = Random(hidden, feedForward);

        Tensor unkept = ((Tensor[])script.invoke("active", x, weights, 0, false))[0];
        var found = (Tensor[])script.invoke("active", x, weights, 0, true);
        var back = (Tensor)script.invoke("active_back", gradient, behind, found[1], 0);
        FusedOperators.ThrowIfFailed();

        AssertNear(torch.nn.functional.gelu(inner), found[0], Rounding, TanhGelu + 1e-2, "active");
        AssertNear(torch.nn.functional.gelu(inner), unkept, Rounding, TanhGelu + 1e-2, "active, not kept");
        AssertNear(inner, found[1], Rounding, 1e-2, "inner");
        Tensor kept = found[1].to_type(torch.ScalarType.Float32).requires_grad_();
        Tensor product = gradient.to_type(torch.ScalarType.Float32).mm(behind.to_type(torch.ScalarType.Float32));
        torch.nn.functional.gelu(kept).backward([product]);
        AssertNear(kept.grad!, back, Rounding, (TanhSlope * product.abs().max().ToSingle()) + 1e-2, "gradient");
    }

    [TestMethod]
    [DataRow(16, 2, new[] { 1 })]
    [DataRow(64, 12, new[] { 64, 64, 64 })]
    [DataRow(32, 3, new[] { 17, 1, 64, 16, 33, 15, 2 })]
    [DataRow(64, 2, new[] { 128, 65, 3, 64, 100, 1, 31 })]
    [DataRow(48, 1, new[] { 81 })]
    public void Attention_AnyLengths_ResultAndGradientAsInSinglePrecision(int headSize, int heads, int[] lengths)
    {
        TorchDevices.RequireGpu();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.jit.CompilationUnit script = AttentionScript(headSize);
        int rows = lengths.Sum();
        int hidden = headSize * heads;
        (Tensor projected, Tensor gradient, Tensor firstGradient) = (Random(rows, 3 * hidden), Random(rows, hidden), Random(lengths.Length, hidden));
        int[] starts = [.. lengths.Select((_, i) => lengths[..i].Sum()), rows];
        Tensor onDevice = torch.tensor(starts, device: torch.CUDA);
        Tensor numbered = torch.arange(lengths.Length + 1, dtype: torch.ScalarType.Int32, device: torch.CUDA);
        Tensor firstRows = onDevice.narrow(0, 0, lengths.Length);
        Tensor queries = projected.narrow(1, 0, hidden).index_select(0, firstRows).contiguous();
        Tensor others = projected.narrow(1, hidden, 2 * hidden).contiguous();
        Tensor leaf = projected.to_type(torch.ScalarType.Float32).requires_grad_();
        Tensor expected = torch.cat([.. lengths.Select((length, i) => PlainAttention(leaf.narrow(0, starts[i], length), heads, headSize))]);
        expected.backward([gradient.to_type(torch.ScalarType.Float32)]);
        Tensor byAll = leaf.grad!.clone();
        leaf.grad!.zero_();
        Tensor expectedFirst = torch.cat([.. lengths.Select((length, i) => PlainAttention(leaf.narrow(0, starts[i], length), heads, headSize).narrow(0, 0, 1))]);
        expectedFirst.backward([firstGradient.to_type(torch.ScalarType.Float32)]);

        var found = (Tensor[])script.invoke("both", projected, gradient, onDevice, lengths.Max(), heads);
        var first = (Tensor[])script.invoke("first", queries, others, firstGradient, numbered, onDevice, lengths.Max(), heads);
        FusedOperators.ThrowIfFailed();

        // Weights and their slopes are rounded too; a gradient sums up to 128 of these.
        AssertNear(expected.detach(), found[0], Rounding, 2e-2, "attended");
        AssertNear(byAll, found[1], Rounding, 4e-2, "gradient");
        AssertNear(expectedFirst.detach(), first[0], Rounding, 2e-2, "attended by first tokens");
        AssertNear(leaf.grad!.narrow(1, 0, hidden).index_select(0, firstRows), first[1], Rounding, 4e-2, "gradient by queries of first tokens");
        AssertNear(leaf.grad!.narrow(1, hidden, 2 * hidden), first[2], Rounding, 4e-2, "gradient by the others");
    }

    [TestMethod]
    public void Script_OperandsThatDoNotFit_FaultIsThrownBehindIt()
    {
        TorchDevices.RequireGpu();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.jit.CompilationUnit script = Script(64);
        _ = script.invoke("active", Random(4, 64), (Tensor[])[Random(256, 128), Random(256)], 0, true);

        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(FusedOperators.ThrowIfFailed);

        StringAssert.Contains(error.Message, "do not fit each other");
        FusedOperators.ThrowIfFailed();
    }

    [TestMethod]
    public void AttentionScript_GivesTheKernelsNoLongerSequencesThanTheyHold() =>
        StringAssert.Contains(DeviceSource.Text("attention_fused.py"), $"return longest <= {AttentionKernels.MostTokens}\n");

    [TestMethod]
    public void PrepareAttention_HeadsThatKernelsDoNotHave_SaysWhich() => Assert.AreEqual(
        "heads of 24, where multiples of 16 up to 64 are needed", FusedOperators.PrepareAttention(0, 24));

    [TestMethod]
    public void Prepare_WidthThatKernelsDoNotHave_SaysWhich()
    {
        StringAssert.Contains(FusedOperators.Prepare(0, 100, 400), "a hidden width of 100");
        StringAssert.Contains(FusedOperators.Prepare(0, 4096, 16384), "a hidden width of 4096");
    }

    private static torch.jit.CompilationUnit Script(int hidden)
    {
        string? fault = FusedOperators.Prepare(0, hidden, 4 * hidden);
        Assert.IsNull(fault);
        return torch.jit.compile(string.Join("\n\n", DeviceSource.Text("operations.py"), DeviceSource.Text("pieces_fused.py"), Calls, string.Empty));
    }

    private static torch.jit.CompilationUnit AttentionScript(int headSize)
    {
        string? fault = FusedOperators.Prepare(0, 64, 256) ?? FusedOperators.PrepareAttention(0, headSize);
        Assert.IsNull(fault);
        return torch.jit.compile(string.Join("\n\n", DeviceSource.Text("attention_packed.py"), DeviceSource.Text("attention_fused.py"), AttentionCalls, string.Empty));
    }

    private static Tensor PlainAttention(Tensor projected, int heads, int headSize)
    {
        Tensor parts = projected.view(projected.shape[0], 3, heads, headSize).permute(1, 2, 0, 3);
        Tensor weights = torch.nn.functional.softmax(parts[0].matmul(parts[1].transpose(1, 2)) / Math.Sqrt(headSize), 2);
        return weights.matmul(parts[2]).transpose(0, 1).reshape(projected.shape[0], heads * headSize);
    }

    private static Tensor Random(params long[] shape)
    {
        var random = new Random((int)shape[0]);
        float[] values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2);
        }

        return torch.tensor(values).view(shape).to(torch.CUDA).to_type(Half);
    }

    private static void AssertNear(Tensor expected, Tensor actual, double relative, double absolute, string what)
    {
        Tensor single = actual.to_type(torch.ScalarType.Float32);
        Tensor excess = (single - expected).abs() - (expected.abs() * relative);
        double most = excess.max().ToSingle();
        Assert.IsTrue(most <= absolute, $"{what}: off by {most} beyond rounding");
    }
}
