namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>What a call allocates once everything it needs is there.</summary>
internal static class SteadyState
{
    /// <summary>Enough calls that the runtime has compiled everything for good, which allocates too.</summary>
    private const int WarmUpCalls = 50;

    private const int CallsPerRound = 20;
    private const int Rounds = 5;

    /// <summary>
    /// Asserts that repeated calls allocate nothing on the thread that makes them. The runtime itself allocates there now and then, rarely and once: one
    /// round of five may have had that. A call that allocates, and be it every thirtieth, shows in two or more.
    /// </summary>
    public static void AssertAllocatesNothing(Action call, string what = "")
    {
        for (int i = 0; i < WarmUpCalls; i++)
        {
            call();
        }

        var allocated = new long[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < CallsPerRound; i++)
            {
                call();
            }

            allocated[round] = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.IsLessThan(2, allocated.Count(bytes => bytes > 0), $"{what} Bytes by round: {string.Join(", ", allocated)}.");
    }
}
