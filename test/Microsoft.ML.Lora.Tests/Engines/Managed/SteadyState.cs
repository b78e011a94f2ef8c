namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>What a call allocates once everything it needs is there.</summary>
internal static class SteadyState
{
    private const int WarmUpCalls = 50;
    private const int CallsPerRound = 20;
    private const int MostRounds = 5;

    /// <summary>
    /// Asserts that repeated calls allocate nothing on the thread that makes them. The runtime itself allocates there now and then, rarely
    /// and once; a call that allocates does so in every round.
    /// </summary>
    public static void AssertAllocatesNothing(Action call, string what = "")
    {
        for (int i = 0; i < WarmUpCalls; i++)
        {
            call();
        }

        long least = long.MaxValue;
        for (int round = 0; round < MostRounds && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < CallsPerRound; i++)
            {
                call();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.AreEqual(0, least, what);
    }
}
