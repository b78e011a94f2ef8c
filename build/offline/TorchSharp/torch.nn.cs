using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => throw Absent.Member();

            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                throw Absent.Member();

            public static Tensor gelu(Tensor x) => throw Absent.Member();

            public static Tensor gelu(Tensor x, GELU.Approximate approximate, bool inplace = false) => throw Absent.Member();

            public static Tensor softmax(Tensor x, long dim, ScalarType? dtype = null) => throw Absent.Member();

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => throw Absent.Member();

            public static Tensor log_softmax(Tensor x, long dim) => throw Absent.Member();

            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false) =>
                throw Absent.Member();
        }
    }
}
