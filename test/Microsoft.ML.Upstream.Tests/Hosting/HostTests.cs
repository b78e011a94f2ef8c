using Microsoft.ML.Runtime;

namespace Microsoft.ML.Upstream.Tests.Hosting;

[TestClass]
public sealed class HostTests
{
    [TestMethod]
    public void Rand_SameSeed_GivesTheSameNumbers()
    {
        Assert.AreEqual(Draw(seed: 7), Draw(seed: 7));
        Assert.AreNotEqual(Draw(seed: 7), Draw(seed: 8));
    }

    [TestMethod]
    public void Rand_SecondHostOfAContext_GivesOtherNumbers()
    {
        IHostEnvironment environment = new MLContext(seed: 7);

        Assert.AreNotEqual(environment.Register("a").Rand.Next(), environment.Register("a").Rand.Next());
    }

    [TestMethod]
    public void Rand_SeedOfItsOwn_DoesNotDependOnTheContext()
    {
        IHostEnvironment first = new MLContext(seed: 1);
        IHostEnvironment second = new MLContext(seed: 2);

        Assert.AreEqual(first.Register("a", seed: 5).Rand.Next(), second.Register("a", seed: 5).Rand.Next());
    }

    [TestMethod]
    public void Register_EmptyName_Throws()
    {
        IHostEnvironment environment = new MLContext();

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => environment.Register(""));
    }

    [TestMethod]
    public void Context_New_HasNoGraphicsProcessor()
    {
        var ml = new MLContext();

        Assert.IsNull(ml.GpuDeviceId);
        Assert.IsFalse(ml.FallbackToCpu);
    }

    [TestMethod]
    public void Context_SettingsChanged_KeepsThem()
    {
        var ml = new MLContext { GpuDeviceId = 1, FallbackToCpu = true };

        Assert.AreEqual(1, ml.GpuDeviceId);
        Assert.IsTrue(ml.FallbackToCpu);
    }

    private static int Draw(int seed) => ((IHostEnvironment)new MLContext(seed)).Register("component").Rand.Next();
}
