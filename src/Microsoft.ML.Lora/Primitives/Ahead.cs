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

    /// <summary>Waits for begun work whose result nobody wants any more, because something else failed: it shall not go on behind the failure.</summary>
    public static void Settle<T>(Lazy<T> begun)
    {
        try
        {
            _ = begun.Value;
        }
        catch (Exception)
        {
            // The failure that came first is the one to tell.
        }
    }
}
