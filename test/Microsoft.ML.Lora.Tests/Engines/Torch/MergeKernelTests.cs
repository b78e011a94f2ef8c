using Microsoft.ML.Lora.Engines.Torch.Kernels;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>Updates merged by a kernel of our own on a GPU, against the device library's sums in single precision.</summary>
[TestClass, TestCategory("Torch")]
public sealed class MergeKernelTests
{
    /// <summary>What rounding to bfloat16 costs, relative: half a unit in the last place, and a little for sums in another order that round to the other side.</summary>
    private const double Rounding = 1.01 / 256;

    /// <summary>Of numbers of size 1, sums of which cancel out.</summary>
    private const double Cancelled = 1e-5;

    [TestMethod]
    [DataRow(1, 1, 8, 8, 1)]
    [DataRow(2, 2, 768, 768, 8)]
    [DataRow(3, 3, 120, 264, 5)]
    [DataRow(1, 4, 136, 136, 64)]
    [DataRow(2, 1, 1536, 384, 16)]
    [DataRow(2, 1, 384, 1536, 7)]
    public void Run_AnySize_SumsAsInSinglePrecisionAndNothingBeside(int layers, int kinds, int rows, int columns, int rank)
    {
        TorchDevices.RequireGpu();
        Assert.IsNull(FusedOperators.Prepare(0, 8, 8));
        using DisposeScope scope = torch.NewDisposeScope();
        int matrices = layers * kinds;
        (Tensor frozen, Tensor a, Tensor b) = (Random(matrices, rows, columns), Random(matrices, rank, columns), Random(matrices, rows, rank));

        // Rows before, between and behind the matrices of a layer, which nothing may be written to.
        Tensor room = torch.full([layers, (2 * kinds) + 1, rows, columns], 3, torch.ScalarType.BFloat16, torch.CUDA);
        Tensor[] into = [.. Enumerable.Range(0, kinds).Select(kind => room.select(1, (2 * kind) + 1))];
        Tensor expected = (frozen + (b.bmm(a) * 0.5f)).view(layers, kinds, rows, columns);

        MergeKernel.Of(0).Run(frozen, a, b, 0.5f, into);

        for (int kind = 0; kind < kinds; kind++)
        {
            Tensor sum = expected.select(1, kind);
            double most = ((into[kind].to_type(torch.ScalarType.Float32) - sum).abs() - (sum.abs() * Rounding)).max().ToSingle();
            Assert.IsTrue(most <= Cancelled * rank, $"kind {kind}: off by {most} beyond rounding");
        }

        for (int beside = 0; beside <= 2 * kinds; beside += 2)
        {
            Tensor kept = room.select(1, beside).to_type(torch.ScalarType.Float32);
            Assert.IsTrue(kept.eq(3).all().ToBoolean(), $"beside {beside}");
        }
    }

    [TestMethod]
    public void Run_RoomOfAnotherSize_IsRefused()
    {
        TorchDevices.RequireGpu();
        Assert.IsNull(FusedOperators.Prepare(0, 8, 8));
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor room = torch.empty([2, 16, 8], torch.ScalarType.BFloat16, torch.CUDA);

        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(
            () => MergeKernel.Of(0).Run(Random(2, 8, 8), Random(2, 4, 8), Random(2, 8, 4), 1, [room]));

        StringAssert.Contains(error.Message, "do not fit each other");
    }

    private static Tensor Random(params long[] shape)
    {
        var random = new Random((int)shape[1]);
        float[] values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((2 * random.NextDouble()) - 1);
        }

        return torch.tensor(values).view(shape).to(torch.CUDA);
    }
}
