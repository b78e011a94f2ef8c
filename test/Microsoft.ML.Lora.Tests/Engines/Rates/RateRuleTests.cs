using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Rates;

namespace Microsoft.ML.Lora.Tests.Engines.Rates;

/// <summary>The built-in rules against cases that can be worked out by hand, or with the whole matrices.</summary>
[TestClass]
public sealed class RateRuleTests
{
    // Products come as floats.
    private const double Rounding = 1e-5;

    // What a rule remembers it remembers as floats, which 60 steps round 60 times.
    private const double StateRounding = 1e-4;

    /// <summary>A = [1 0; 0 2], B = [2 0; 0 1], ΔA = [1 0; 0 0], ΔB = [0 0; 0 3]: B·ΔA = [2 0; 0 0] and ΔB·A = [0 0; 0 6].</summary>
    private static readonly PlainPair Diagonal = new()
    {
        A = new double[,] { { 1, 0 }, { 0, 2 } },
        B = new double[,] { { 2, 0 }, { 0, 1 } },
        DeltaA = new double[,] { { 1, 0 }, { 0, 0 } },
        DeltaB = new double[,] { { 0, 0 }, { 0, 3 } },
    };

    [TestMethod]
    public void Move_TwoByTwo_IsTheClosedForm()
    {
        // s·‖diag(2α, 6β)‖.
        Assert.AreEqual(2 * Math.Sqrt((4 * 0.25) + (36 * 0.0625)), Diagonal.Step().Move(0.5, 0.25), Rounding);
        Assert.AreEqual(4, Diagonal.Step().Move(1, 0), Rounding);
    }

    [TestMethod]
    [DataRow(1, 7, 5)]
    [DataRow(3, 4, 6)]
    [DataRow(8, 5, 5)]
    public void Move_AnyPair_IsTheNormOfTheWholeMatrix(int rank, int inputs, int outputs)
    {
        PlainPair pair = PlainPair.Random(rank, inputs, outputs, 3);

        double expected = PlainPair.Norm(pair.Move(new AdapterFactorRates(0.7, 0.2)));

        Assert.AreEqual(expected, pair.Step().Move(0.7, 0.2), Rounding * expected);
    }

    [TestMethod]
    public void Move_ProductsNotAskedFor_SaysSo()
    {
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(() => new AdapterStep { Rank = 2 }.Move(1, 1));

        Assert.AreEqual(
            "An inner product needs two matrices of 2 x 2 numbers, but 0 and 0 came. Ask for products in AdapterRateRule.Statistics.", error.Message);
    }

    [TestMethod]
    public void Adaptive_RankOne_MovesByTheShareOfTheFrozenNorm()
    {
        // s = 2, a = (3, 4), b = 0, Δb = 1: the move is 2·β·‖(3, 4)‖ = 10β, and is to be 0.01·3.
        var pair = new PlainPair { A = new double[,] { { 3, 4 } }, B = new double[,] { { 0 } }, DeltaA = new double[,] { { 1, 1 } }, DeltaB = new double[,] { { 1 } } };
        AdapterRateRule rule = AdapterRates.Adaptive(0.01f);
        Span<float> state = State(rule);

        AdapterFactorRates rates = pair.Ask(rule, state, isWarmup: true);

        Assert.AreEqual(0.003, rates.B, Rounding * 0.003);
        Assert.AreEqual(rates.B, rates.A);
    }

    [TestMethod]
    public void Adaptive_RatioLearned_HoldsItAtFourInWarmupAndSettlesWhereBothFactorsMoveAlike()
    {
        // ‖B·ΔA‖ = 6 and ‖ΔB·A‖ = 2, so that λ settles at 3.
        var pair = new PlainPair { A = new double[,] { { 2 } }, B = new double[,] { { 3 } }, DeltaA = new double[,] { { 2 } }, DeltaB = new double[,] { { 1 } } };
        AdapterRateRule rule = AdapterRates.Adaptive(0.01f, learnRatio: true);

        AdapterFactorRates first = pair.Ask(rule, State(rule), isWarmup: true);
        AdapterFactorRates settled = Settled(rule, pair);

        Assert.AreEqual(4, first.B / first.A, Rounding);
        Assert.AreEqual(3, settled.B / settled.A, 1e-3);
        Assert.AreEqual(0.01 * pair.FrozenNorm, PlainPair.Norm(pair.Move(settled)), 0.01 * pair.FrozenNorm * Rounding);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    public void Adaptive_AnyRescalingOfTheFactors_MovesTheWeightAlike(int rank)
    {
        PlainPair pair = PlainPair.Random(rank, 6, 7, 11);
        AdapterRateRule rule = AdapterRates.Adaptive(0.01f);
        foreach (double c in new[] { 0.01, 0.5, 1, 3, 200 })
        {
            // As Adam scales directions, by not at all, and as plain gradients scale.
            foreach (PlainPair rescaled in new[] { pair.Rescaled(c, 1, 1), pair.Rescaled(c, 1 / c, c) })
            {
                Span<float> state = State(rule);
                for (int i = 0; i < 3; i++)
                {
                    double norm = PlainPair.Norm(rescaled.Move(rescaled.Ask(rule, state)));
                    Assert.AreEqual(0.01 * pair.FrozenNorm, norm, 0.01 * pair.FrozenNorm * Rounding, $"scaled by {c}");
                }
            }
        }
    }

    [TestMethod]
    [DataRow(1e-9)]
    [DataRow(0)]
    public void Adaptive_DirectionsVanish_IsCappedAndCreeps(double shrunk)
    {
        PlainPair pair = PlainPair.Random(2, 4, 4, 5);
        AdapterRateRule rule = AdapterRates.Adaptive(0.01f);
        float[] state = State(rule);
        double usual = 0;
        for (int i = 0; i < 20; i++)
        {
            // After 20 measurements the mean forgets, each new one having a weight of 0.05.
            usual = Rate(pair.Ask(rule, state));
        }

        PlainPair vanishing = pair.Rescaled(1, shrunk, shrunk);
        for (int step = 0; step < 60; step++)
        {
            // c may exceed its recent mean by 4; taken into the mean, that lets the mean grow by 4^0.05 a step.
            double expected = usual * 4 * Math.Pow(4, 0.05 * step);
            Assert.AreEqual(expected, Rate(vanishing.Ask(rule, state)), StateRounding * expected, $"step {step}");
        }
    }

    [TestMethod]
    public void Adaptive_NothingEverMoved_HasRateZero()
    {
        PlainPair pair = PlainPair.Random(2, 4, 4, 5).Rescaled(1, 0, 0);
        AdapterRateRule rule = AdapterRates.Adaptive();

        Assert.AreEqual(new AdapterFactorRates(0, 0), pair.Ask(rule, State(rule)));
    }

    [TestMethod]
    public void Adaptive_ProductsOverflow_AnswersNoNumber()
    {
        PlainPair pair = PlainPair.Random(2, 4, 4, 5).Rescaled(1, 1e25, 1e25);
        AdapterRateRule rule = AdapterRates.Adaptive();

        Assert.IsTrue(double.IsNaN(pair.Ask(rule, State(rule)).A));
    }

    [TestMethod]
    public void Balanced_Settled_MovesTheProductAlikeByBothFactors()
    {
        // ‖B·ΔA‖ = 6 and ‖ΔB·A‖ = 2, so that λ settles at 3.
        var pair = new PlainPair { A = new double[,] { { 2 } }, B = new double[,] { { 3 } }, DeltaA = new double[,] { { 2 } }, DeltaB = new double[,] { { 1 } } };
        AdapterRateRule rule = AdapterRates.Balanced(0.01f);

        AdapterFactorRates rates = Settled(rule, pair);

        Assert.AreEqual(3, rates.B / rates.A, 1e-3);
        Assert.AreEqual(1e-4, rates.A * rates.B, 1e-9);
    }

    [TestMethod]
    public void Balanced_Warmup_HoldsTheRatioAtFour()
    {
        AdapterRateRule rule = AdapterRates.Balanced(0.01f);
        Span<float> state = State(rule);

        AdapterFactorRates rates = Diagonal.Ask(rule, state, isWarmup: true);

        Assert.AreEqual(4, rates.B / rates.A, Rounding);
    }

    [TestMethod]
    [DataRow(100.0, 1.0, 64.0)]
    [DataRow(1.0, 100.0, 1.0)]
    public void Balanced_FarOffBalance_StaysWithinItsClip(double deltaA, double deltaB, double ratio)
    {
        var pair = new PlainPair { A = new double[,] { { 1 } }, B = new double[,] { { 1 } }, DeltaA = new double[,] { { deltaA } }, DeltaB = new double[,] { { deltaB } } };

        AdapterFactorRates rates = Settled(AdapterRates.Balanced(0.01f), pair);

        Assert.AreEqual(ratio, rates.B / rates.A, ratio * 1e-3);
    }

    [TestMethod]
    public void Balanced_SettledInsideItsClip_MovesTheWeightAlikeUnderRescaling()
    {
        // λ of the pair itself is 8, of the rescaled ones from 2 to 32: all inside the clip, for Adam's directions and for plain gradients.
        var pair = new PlainPair
        {
            A = new double[,] { { 1, 0 }, { 0, 1 } },
            B = new double[,] { { 4, 0 }, { 0, 4 } },
            DeltaA = new double[,] { { 2, 1 }, { 0, 1 } },
            DeltaB = new double[,] { { 1, 0 }, { 0.5, 1 } },
        };
        AdapterRateRule rule = AdapterRates.Balanced(0.01f);
        double[,] expected = pair.Move(Settled(rule, pair));
        foreach (double c in new[] { 0.75, 1.3 })
        {
            foreach (PlainPair rescaled in new[] { pair.Rescaled(c, 1, 1), pair.Rescaled(c, 1 / c, c) })
            {
                double[,] move = rescaled.Move(Settled(rule, rescaled));

                Assert.AreEqual(0, PlainPair.Norm(PlainPair.Add(move, PlainPair.Scale(expected, -1))), 1e-3 * PlainPair.Norm(expected));
            }
        }
    }

    [TestMethod]
    public void Riemannian_TwoByTwo_IsTheInverse()
    {
        // BᵀB = diag(4, 1) and AAᵀ = diag(1, 4), with ε = 1.
        AdapterRateRule rule = AdapterRates.Riemannian(0.01f, 1);
        double[] ofA = new double[4], ofB = new double[4];

        rule.Precondition(Diagonal.Step(), ofA, ofB);

        CollectionAssert.AreEqual(new[] { 0.2, 0, 0, 0.5 }, ofA.Select(value => Math.Round(value, 12)).ToArray());
        CollectionAssert.AreEqual(new[] { 0.5, 0, 0, 0.2 }, ofB.Select(value => Math.Round(value, 12)).ToArray());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(9)]
    public void Invert_AnySize_TimesItselfIsOne(int size)
    {
        PlainPair pair = PlainPair.Random(size, size + 2, size, 4);
        double[,] matrix = PlainPair.Multiply(pair.A, PlainPair.Transpose(pair.A));
        double[] inverse = [.. matrix.Cast<double>()];

        PositiveInverse.Invert(inverse, size);

        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                double element = Enumerable.Range(0, size).Sum(k => matrix[i, k] * inverse[(k * size) + j]);
                Assert.AreEqual(i == j ? 1 : 0, element, 1e-9, $"({i}, {j})");
            }
        }
    }

    [TestMethod]
    public void Invert_NotPositive_SaysWhatHelps()
    {
        DivergenceException error = Assert.ThrowsExactly<DivergenceException>(() => PositiveInverse.Invert([1, 2, 2, 1], 2));

        Assert.AreEqual("A factor's product with itself cannot be inverted: pivot 1 is -3. Give Riemannian a larger epsilon.", error.Message);
    }

    private static float[] State(AdapterRateRule rule)
    {
        float[] state = new float[rule.StateLength];
        rule.Start(state);
        return state;
    }

    /// <summary>The answer when the same directions have come long enough for λ to settle.</summary>
    private static AdapterFactorRates Settled(AdapterRateRule rule, PlainPair pair)
    {
        float[] state = State(rule);
        AdapterFactorRates rates = default;
        for (int i = 0; i < 500; i++)
        {
            rates = pair.Ask(rule, state);
        }

        return rates;
    }

    private static double Rate(AdapterFactorRates rates) => Math.Sqrt(rates.A * rates.B);
}
