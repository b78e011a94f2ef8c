using System.Buffers;
using Microsoft.ML.Lora.Primitives;
using TorchSharp;
using Device = TorchSharp.torch.Device;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>A device and what is computed in on it.</summary>
internal sealed record TorchPlace
{
    /// <summary>4 MB of a matrix go to the device at once: what the host has of a large one on the way there.</summary>
    private const int ChunkElements = 1 << 20;

    private static readonly SharedSetting TensorFloat = new(
        () => torch.backends.cuda.matmul.allow_tf32, allowed => torch.backends.cuda.matmul.allow_tf32 = allowed);

    /// <summary>Where tensors lie.</summary>
    public required Device Device { get; init; }

    /// <summary>What it computes in.</summary>
    public required GpuPrecision Precision { get; init; }

    /// <summary>The element type of frozen weights and activations.</summary>
    public torch.ScalarType Compute => Precision == GpuPrecision.BFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    /// <summary>Puts values on the device, unrounded.</summary>
    /// <param name="values">Row-major values.</param>
    /// <param name="shape">Their dimensions.</param>
    public torch.Tensor Single(float[] values, params long[] shape)
    {
        using torch.Tensor host = torch.from_array(values);
        using torch.Tensor shaped = host.view(shape);

        // A tensor on the processor shares the array; the copy is its own.
        return shaped.to(Device, copy: true);
    }

    /// <summary>Puts values on the device in what is computed in.</summary>
    /// <param name="values">Row-major values.</param>
    /// <param name="shape">Their dimensions.</param>
    public torch.Tensor Rounded(float[] values, params long[] shape)
    {
        torch.Tensor single = Single(values, shape);
        if (Compute == torch.ScalarType.Float32)
        {
            return single;
        }

        using (single)
        {
            return single.to_type(Compute);
        }
    }

    /// <summary>Puts matrices on the device, one behind the other, and rounds them there to a type.</summary>
    /// <param name="matrices">Of one width.</param>
    /// <param name="type">The type.</param>
    /// <param name="shape">The dimensions of all together.</param>
    public torch.Tensor Put(IReadOnlyList<Matrix> matrices, torch.ScalarType type, params long[] shape)
    {
        torch.Tensor all = torch.empty(shape, type, Device);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor rows = all.view(-1, matrices[0].Columns);
        long first = 0;
        foreach (Matrix matrix in matrices)
        {
            Copy(matrix, rows.narrow(0, first, matrix.Rows));
            first += matrix.Rows;
        }

        return all;
    }

    /// <summary>Copies a matrix to where it lies on the device, some rows at a time.</summary>
    /// <param name="matrix">The matrix, in memory or not.</param>
    /// <param name="target">(rows, columns), of any type. Overwritten.</param>
    public void Copy(Matrix matrix, torch.Tensor target)
    {
        int most = Math.Max(1, ChunkElements / Math.Max(1, matrix.Columns));
        float[] buffer = ArrayPool<float>.Shared.Rent(most * matrix.Columns);
        try
        {
            for (int first = 0; first < matrix.Rows; first += most)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                int rows = Math.Min(most, matrix.Rows - first);
                int count = rows * matrix.Columns;
                matrix.Read(first, buffer.AsSpan(0, count));
                torch.Tensor host = torch.from_array(buffer).narrow(0, 0, count).view(rows, matrix.Columns);
                target.narrow(0, first, rows).copy_(host.to(Device));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Sets what GPUs compute products of 32-bit numbers in: a setting of the device library for the whole process, not of a call or a thread. Work of
    /// another precision waits for its turn.
    /// </summary>
    /// <returns>Ends the turn when disposed of; <see langword="null"/> on the processor, which has no such setting.</returns>
    public IDisposable? Enter() => Device.type == DeviceType.CUDA ? TensorFloat.Keep(Precision == GpuPrecision.TensorFloat32) : null;
}
