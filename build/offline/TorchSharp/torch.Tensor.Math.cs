namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor add(Tensor target) => throw Absent.Member();

        public Tensor add(Tensor target, Scalar alpha) => throw Absent.Member();

        public Tensor add(Scalar scalar) => throw Absent.Member();

        public Tensor add_(Scalar scalar) => throw Absent.Member();

        public Tensor add_(Tensor target, Scalar alpha) => throw Absent.Member();

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => throw Absent.Member();

        public Tensor mul(Tensor target) => throw Absent.Member();

        public Tensor mul(Scalar target) => throw Absent.Member();

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => throw Absent.Member();

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => throw Absent.Member();

        public Tensor mul_(Scalar target) => throw Absent.Member();

        public Tensor bmm(Tensor batch2) => throw Absent.Member();

        public Tensor matmul(Tensor target) => throw Absent.Member();

        public Tensor square() => throw Absent.Member();

        public Tensor sqrt() => throw Absent.Member();

        public Tensor tanh() => throw Absent.Member();

        public Tensor relu() => throw Absent.Member();

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => throw Absent.Member();

        public Tensor sum(ScalarType? type = null) => throw Absent.Member();

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => throw Absent.Member();

        public Tensor norm(float p = 2.0f) => throw Absent.Member();

        public Tensor ge(Scalar target) => throw Absent.Member();
    }
}
