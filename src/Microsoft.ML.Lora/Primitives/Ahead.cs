namespace Microsoft.ML.Lora.Primitives;

/// <summary>Work that will be wanted soon, begun on another thread if one is free.</summary>
/// <remarks>
/// Whoever needs the result first does the work, so a thread pool that is busy costs time but cannot hold anybody up, as waiting for a task
/// would. A failure comes out where the result is asked for.
/// </remarks>
internal static class Ahead
{
    /// <summary>Begins.</summary>
    /// <param name="work">Runs once, on any thread.</param>
    /// <returns>Gives the result, or the work's exception; waits if somebody is busy with it.</returns>
    public static Lazy<T> Begin<T>(Func<T> work)
    {
        var result = new Lazy<T>(work);
        ThreadPool.UnsafeQueueUserWorkItem(
            static pending =>
            {
                try
                {
                    _ = pending.Value;
                }
                catch (Exception)
                {
                    // The lazy value keeps it for whoever asks.
                }
            },
            result,
            preferLocal: false);
        return result;
    }
}
