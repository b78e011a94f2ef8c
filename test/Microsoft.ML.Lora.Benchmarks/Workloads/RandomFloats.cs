using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>Random numbers, the same in every run.</summary>
internal static class RandomFloats
{
    /// <summary>Numbers from −<paramref name="most"/> to <paramref name="most"/>.</summary>
    public static float[] Make(int count, ulong seed, float most = 1) => Draw(new SeededRandom(seed), count, most);

    /// <summary>The next numbers of a source, from −<paramref name="most"/> to <paramref name="most"/>.</summary>
    public static float[] Draw(SeededRandom random, int count, float most)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = ((2 * random.NextSingle()) - 1) * most;
        }

        return values;
    }
}
