using Microsoft.ML.Lora.Tests.Architecture.SampleHouse.Upper;

namespace Microsoft.ML.Lora.Tests.Architecture.SampleHouse.Lower;

// One type for each place in which a use can hide.

[Mark]
internal sealed class UsesInAttribute
{
}

internal sealed class UsesInBase : Service
{
}

internal sealed class UsesInInterface : IContract
{
}

internal static class UsesInConstraint<T>
    where T : Service
{
}

internal static class UsesInField
{
    public static readonly Lazy<Service>? Field = new();
}

internal static class UsesInProperty
{
    public static Service? Property => null;
}

internal static class UsesInParameter
{
    public static void Method(ref Service service) => ArgumentNullException.ThrowIfNull(service);
}

internal static class UsesInReturn
{
    public static IReadOnlyList<Service> Method() => [];
}

internal static class UsesInArray
{
    public static int Method() => new Service[1].Length;
}

internal static class UsesInBody
{
    public static string Method(object item) => $"{item}{Service.All.Length}";
}

internal static class UsesInCatch
{
    public static bool Method(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Service)
        {
            return false;
        }
    }
}

internal static class UsesInGenericMethod
{
    public static object Method() => Array.Empty<Service>();
}

internal static class UsesInLambda
{
    public static Func<object> Method() => () => new Service();
}

internal static class UsesInTypeof
{
    public static string Method() => typeof(Service).Name;
}

internal static class UsesInNestedType
{
    internal sealed class Inner
    {
        public Service? Field { get; set; }
    }
}
