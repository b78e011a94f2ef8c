namespace TorchSharp;

public static partial class torch
{
    /// <summary>Operators, comparisons and sums that tests call.</summary>
    public partial class Tensor
    {
        public static Tensor operator +(Tensor left, Tensor right) => throw Absent.Member();

        public static Tensor operator +(Tensor left, Scalar right) => throw Absent.Member();

        public static Tensor operator -(Tensor left, Tensor right) => throw Absent.Member();

        public static Tensor operator *(Tensor left, Scalar right) => throw Absent.Member();

        public static Tensor operator /(Tensor left, Scalar right) => throw Absent.Member();

        public Tensor this[long i1] => throw Absent.Member();

        public Tensor abs() => throw Absent.Member();

        public Tensor max() => throw Absent.Member();

        public Tensor all() => throw Absent.Member();

        public Tensor eq(Tensor target) => throw Absent.Member();

        public Tensor eq(Scalar target) => throw Absent.Member();

        public Tensor mm(Tensor target) => throw Absent.Member();

        public void backward(IList<Tensor> grad_tensors, bool create_graph = false, bool retain_graph = false, IList<Tensor>? inputs = null) => throw Absent.Member();
    }
}
