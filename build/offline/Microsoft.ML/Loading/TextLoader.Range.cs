namespace Microsoft.ML.Data;

public sealed partial class TextLoader
{
    /// <summary>Consecutive fields of a line.</summary>
    public sealed class Range
    {
        /// <summary>The field at <see cref="Min"/>, or those up to <see cref="Max"/>.</summary>
        public Range()
        {
        }

        /// <summary>One field.</summary>
        /// <param name="index">From 0.</param>
        public Range(int index)
        {
            if (index < 0)
                throw new ArgumentOutOfRangeException(nameof(index), "Must be non-negative");
            Min = index;
            Max = index;
        }

        /// <summary>Fields that make a vector, even if there is only one.</summary>
        /// <param name="min">The first, from 0.</param>
        /// <param name="max">The last; must be given here.</param>
        public Range(int min, int? max)
        {
            if (min < 0)
                throw new ArgumentOutOfRangeException(nameof(min), "Must be non-negative");
            if (max is null)
                throw Checks.NotInStandIn("TextLoader.Range up to the end of the line");
            if (max < min)
                throw new ArgumentOutOfRangeException(nameof(max), $"If specified, must be greater than or equal to {nameof(min)}");
            Min = min;
            Max = max;
            IsVector = true;
        }

        /// <summary>The first field, from 0.</summary>
        public int Min;

        /// <summary>The last field; null for <see cref="Min"/> alone.</summary>
        public int? Max;

        /// <summary>Whether a single field is a vector of one item.</summary>
        internal bool IsVector { get; }
    }
}
