using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Tests.Engines;

namespace Microsoft.ML.Lora.Tests.Models;

[TestClass]
public sealed class AdapterPlanTests
{
    [TestMethod]
    public void ToString_AnyPlan_Ends()
    {
        AdapterPlan plan = TinyModel.Plan(LoraTargets.All, rank: 3).Adapter;

        StringAssert.Contains(plan.ToString(), "Rank = 3", StringComparison.Ordinal);
        Assert.IsFalse(plan.ToFrozen().TrainsEncoder);
    }
}
