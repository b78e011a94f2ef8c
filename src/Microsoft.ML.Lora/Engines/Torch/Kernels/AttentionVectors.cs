namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>
/// Where queries, keys and values of sequences, or their gradients, lie: side by side in one matrix, (N, 3H), or queries in one, (n, H), and keys and
/// values in another, (N, 2H).
/// </summary>
internal readonly struct AttentionVectors
{
    /// <summary>Of a number in bfloat16.</summary>
    public const int BytesOfNumber = 2;

    /// <param name="queries">(N, 3H) or (n, H), in bfloat16.</param>
    /// <param name="others">The same matrix, or (N, 2H).</param>
    /// <param name="queryStarts">Where each sequence's queries begin, and behind the last; 32-bit integers.</param>
    /// <param name="starts">Where its keys and values begin.</param>
    /// <param name="hidden">H.</param>
    /// <exception cref="InvalidOperationException">The sizes do not fit each other.</exception>
    public AttentionVectors(TensorArgument queries, TensorArgument others, TensorArgument queryStarts, TensorArgument starts, int hidden)
    {
        bool joined = queries.Columns == 3 * hidden && others.Pointer == queries.Pointer;
        if ((!joined && (queries.Columns != hidden || others.Columns != 2 * hidden)) || queryStarts.Rows != starts.Rows)
        {
            throw new InvalidOperationException(
                $"Queries of {queries.Columns} columns and keys and values of {others.Columns} do not fit each other and outputs of {hidden}, or {queryStarts.Rows} and {starts.Rows} bounds each other.");
        }

        (QueryStep, Step) = (queries.Columns, others.Columns);
        Queries = queries.Pointer;
        Keys = others.Pointer + (joined ? hidden * BytesOfNumber : 0);
        Values = Keys + (hidden * BytesOfNumber);
        (QueryStarts, Starts, Sequences) = (queryStarts.Pointer, starts.Pointer, starts.Rows - 1);
    }

    /// <summary>The first query.</summary>
    public nint Queries { get; }

    /// <summary>The first key.</summary>
    public nint Keys { get; }

    /// <summary>The first value.</summary>
    public nint Values { get; }

    /// <summary>Numbers from a query to the next.</summary>
    public int QueryStep { get; }

    /// <summary>Numbers from a key, or a value, to the next.</summary>
    public int Step { get; }

    /// <summary>Where each sequence's queries begin, and behind the last.</summary>
    public nint QueryStarts { get; }

    /// <summary>Where its keys and values begin, and behind the last.</summary>
    public nint Starts { get; }

    /// <summary>n.</summary>
    public int Sequences { get; }
}
