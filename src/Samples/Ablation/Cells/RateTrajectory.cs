namespace Ablation.Cells;

/// <summary>The rates of one matrix's update over training, schedule included.</summary>
/// <param name="Matrix">The matrix, as BERT's checkpoints name it.</param>
/// <param name="Points">Some of the steps, the last among them.</param>
internal sealed record RateTrajectory(string Matrix, IReadOnlyList<RatePoint> Points);

/// <summary>The rates after one step.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="Alpha">α, the rate of A.</param>
/// <param name="Beta">β, the rate of B; λ is β/α.</param>
internal sealed record RatePoint(int Step, double Alpha, double Beta);
