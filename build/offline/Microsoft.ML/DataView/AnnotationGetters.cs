using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Getters of annotations whose value type is known only at run time.</summary>
internal static class AnnotationGetters
{
    private static readonly MethodInfo TypedGetter =
        typeof(AnnotationGetters).GetMethod(nameof(Typed), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>The getter of an annotation, given as a column of the annotations' schema.</summary>
    internal static Delegate Of(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation) =>
        TypedGetter.MakeGenericMethod(annotation.Type.RawType)
            .CreateDelegate<Func<DataViewSchema.Annotations, DataViewSchema.Column, Delegate>>()(annotations, annotation);

    private static Delegate Typed<TValue>(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation) =>
        annotations.GetGetter<TValue>(annotation);
}
