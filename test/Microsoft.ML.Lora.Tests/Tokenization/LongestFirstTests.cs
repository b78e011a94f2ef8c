using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Tests.Tokenization;

[TestClass]
public sealed class LongestFirstTests
{
    private const int Longest = 12;

    [TestMethod]
    [DataRow(3, 4, 7, 3, 4)]
    [DataRow(0, 9, 5, 0, 5)]
    [DataRow(2, 9, 7, 2, 5)]
    [DataRow(9, 2, 7, 5, 2)]
    [DataRow(9, 8, 7, 4, 3)]
    [DataRow(8, 9, 7, 3, 4)]
    [DataRow(9, 9, 7, 3, 4)]
    public void Cut_TwoLengths_GivesTheLengthsOfHuggingFace(int first, int second, int room, int expectedFirst, int expectedSecond) =>
        Assert.AreEqual((expectedFirst, expectedSecond), LongestFirst.Cut(first, second, room));

    [TestMethod]
    public void Cut_AnyLengths_EqualsTakingTokensOneByOneFromTheLonger()
    {
        for (int first = 0; first <= Longest; first++)
        {
            for (int second = 0; second <= Longest; second++)
            {
                for (int room = 2; room <= 2 * Longest; room++)
                {
                    Assert.AreEqual(OneByOne(first, second, room), LongestFirst.Cut(first, second, room), $"{first}, {second}, {room}");
                }
            }
        }
    }

    [TestMethod]
    public void Cut_RoomForTwo_LeavesEachSentenceAToken()
    {
        for (int first = 1; first <= Longest; first++)
        {
            for (int second = 1; second <= Longest; second++)
            {
                Assert.AreEqual((1, 1), LongestFirst.Cut(first, second, 2));
            }
        }
    }

    private static (int First, int Second) OneByOne(int first, int second, int room)
    {
        bool firstWasLonger = first > second;
        while (first + second > room)
        {
            if (first > second || (first == second && !firstWasLonger))
            {
                first--;
            }
            else
            {
                second--;
            }
        }

        return (first, second);
    }
}
