using System.Collections.Concurrent;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>
/// Products in bfloat16 with what follows on them, on one GPU. Matrices are given row by row; the library counts column by column, so that it is given
/// every matrix as its transpose and the operands in turn.
/// </summary>
internal sealed unsafe class FusedProducts
{
    /// <summary>What the library's authors advise for GPUs of compute capability 9; scripts make room for it.</summary>
    private const int WorkspaceBytes = 32 << 20;

    private static readonly ConcurrentDictionary<int, Lazy<FusedProducts>> Devices = new();

    /// <summary>The library's number for what it cannot do.</summary>
    private const int NotSupported = 15;

    private readonly nint _handle;
    private readonly nint _preference;
    private readonly ConcurrentDictionary<(ProductEpilogue Epilogue, int Rows, int Inner, int Columns), AlgorithmFound> _algorithms = new();

    private FusedProducts(CudaDevice device)
    {
        using CudaDevice.Turn turn = device.Enter();
        ProductImports.Check(ProductImports.Create(out _handle), "starting");
        ProductImports.Check(ProductImports.CreatePreference(out _preference), "preparing a search");
        ulong most = WorkspaceBytes;
        ProductImports.Check(ProductImports.SetPreference(_preference, ProductImports.MostWorkspace, &most, sizeof(ulong)), "preparing a search");
    }

    /// <summary>Those of a GPU.</summary>
    /// <param name="index">Its number.</param>
    public static FusedProducts Of(int index) =>
        Devices.GetOrAdd(index, number => new Lazy<FusedProducts>(() => new FusedProducts(CudaDevice.Of(number)), CudaDevice.Retried)).Value;

    /// <summary>Looks an algorithm up, without computing anything.</summary>
    /// <param name="epilogue">What follows on the product.</param>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="inner">Columns of the first operand.</param>
    /// <param name="columns">Columns of the result.</param>
    /// <exception cref="CudaException">There is none.</exception>
    public void Require(ProductEpilogue epilogue, int rows, int inner, int columns)
    {
        using var product = new Description(epilogue, 0, 0, rows, inner, columns);
        _ = AlgorithmOf(product, epilogue, rows, inner, columns);
    }

    /// <summary>GELU(x · weightᵀ + bias), (N, F).</summary>
    /// <param name="x">(N, H).</param>
    /// <param name="weight">(F, H).</param>
    /// <param name="bias">(F).</param>
    /// <param name="active">Overwritten with the result.</param>
    /// <param name="inner">Overwritten with x · weightᵀ + bias; <see langword="null"/> where no gradient will be asked for.</param>
    /// <param name="workspace">Room to work in, in bytes.</param>
    /// <param name="stream">Where to put the work.</param>
    public void DenseGelu(
        TensorArgument x, TensorArgument weight, TensorArgument bias, TensorArgument active, TensorArgument? inner, TensorArgument workspace, nint stream)
    {
        Match(x.Columns == weight.Columns && bias.Rows == weight.Rows && Same(active, x.Rows, weight.Rows) && Same(inner ?? active, x.Rows, weight.Rows));
        ProductEpilogue epilogue = inner is null ? ProductEpilogue.BiasGelu : ProductEpilogue.BiasGeluKept;
        using var product = new Description(epilogue, bias.Pointer, inner?.Pointer ?? 0, x.Rows, x.Columns, weight.Rows);
        Run(product, epilogue, (x.Rows, x.Columns, weight.Rows), weight.Pointer, x.Pointer, active.Pointer, workspace, stream);
    }

    /// <summary>gradient · weight, times GELU's slope at inner, (N, F).</summary>
    /// <param name="gradient">(N, H).</param>
    /// <param name="weight">(H, F).</param>
    /// <param name="inner">(N, F).</param>
    /// <param name="result">Overwritten with the result.</param>
    /// <param name="workspace">Room to work in, in bytes.</param>
    /// <param name="stream">Where to put the work.</param>
    public void GeluGradient(TensorArgument gradient, TensorArgument weight, TensorArgument inner, TensorArgument result, TensorArgument workspace, nint stream)
    {
        Match(gradient.Columns == weight.Rows && Same(inner, gradient.Rows, weight.Columns) && Same(result, gradient.Rows, weight.Columns));
        using var product = new Description(ProductEpilogue.GeluSlope, 0, inner.Pointer, gradient.Rows, gradient.Columns, weight.Columns);
        Run(product, ProductEpilogue.GeluSlope, (gradient.Rows, gradient.Columns, weight.Columns), weight.Pointer, gradient.Pointer, result.Pointer, workspace, stream);
    }

    private void Run(
        Description product, ProductEpilogue epilogue, (int Rows, int Inner, int Columns) size, nint weight, nint x, nint result, TensorArgument workspace,
        nint stream)
    {
        AlgorithmFound algorithm = AlgorithmOf(product, epilogue, size.Rows, size.Inner, size.Columns);
        Match(workspace.Rows >= (int)algorithm.WorkspaceBytes);
        (float one, float zero) = (1, 0);
        int status = ProductImports.Multiply(
            _handle, product.Product, &one, weight, product.Weight, x, product.Input, &zero, result, product.Result, result, product.Result, &algorithm,
            workspace.Pointer, algorithm.WorkspaceBytes, stream);
        if (status != 0)
        {
            ProductImports.Check(status, $"a product of {size.Rows} × {size.Inner} and {size.Inner} × {size.Columns} with {epilogue}");
        }
    }

    private AlgorithmFound AlgorithmOf(Description product, ProductEpilogue epilogue, int rows, int inner, int columns)
    {
        if (_algorithms.TryGetValue((epilogue, rows, inner, columns), out AlgorithmFound known))
        {
            return known;
        }

        AlgorithmFound found;
        string what = $"looking up a product of {rows} × {inner} and {inner} × {columns} with {epilogue}";
        ProductImports.Check(
            ProductImports.Search(_handle, product.Product, product.Weight, product.Input, product.Result, product.Result, _preference, 1, &found, out int count), what);
        ProductImports.Check(count == 0 ? NotSupported : found.Status, what);
        _algorithms.TryAdd((epilogue, rows, inner, columns), found);
        return found;
    }

    private static bool Same(TensorArgument tensor, int rows, int columns) => tensor.Rows == rows && tensor.Columns == columns;

    private static void Match(bool fits)
    {
        if (!fits)
        {
            throw new InvalidOperationException("The operands, results and workspace of a product do not fit each other.");
        }
    }

    /// <summary>A product as the library is told of it: (columns, inner) by (inner, rows), column by column.</summary>
    private sealed class Description : IDisposable
    {
        public Description(ProductEpilogue epilogue, nint bias, nint auxiliary, int rows, int inner, int columns)
        {
            ProductImports.Check(ProductImports.CreateProduct(out nint product, ProductImports.ComputeSingle, ProductImports.Single), "describing a product");
            Product = product;
            Set(ProductImports.Epilogue, (int)epilogue);
            bool forward = epilogue != ProductEpilogue.GeluSlope;
            Set(ProductImports.TransposeA, forward ? 1 : 0);
            if (forward)
            {
                Set(ProductImports.BiasPointer, bias);
            }

            if (epilogue != ProductEpilogue.BiasGelu)
            {
                Set(ProductImports.AuxiliaryPointer, auxiliary);
                Set(ProductImports.AuxiliaryStep, (long)columns);
            }

            Weight = forward ? Layout(inner, columns) : Layout(columns, inner);
            Input = Layout(inner, rows);
            Result = Layout(columns, rows);
        }

        public nint Product { get; }

        public nint Weight { get; }

        public nint Input { get; }

        public nint Result { get; }

        public void Dispose()
        {
            _ = ProductImports.DestroyProduct(Product);
            foreach (nint layout in (ReadOnlySpan<nint>)[Weight, Input, Result])
            {
                _ = ProductImports.DestroyLayout(layout);
            }
        }

        private void Set<T>(int attribute, T value)
            where T : unmanaged =>
            ProductImports.Check(ProductImports.SetProduct(Product, attribute, &value, (nuint)sizeof(T)), "describing a product");

        private static nint Layout(int rows, int columns)
        {
            ProductImports.Check(
                ProductImports.CreateLayout(out nint layout, ProductImports.BFloat16, (ulong)rows, (ulong)columns, rows), "describing a matrix");
            return layout;
        }
    }
}
