using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines;

/// <summary>
/// The classifier as the formulas read, in double precision and plain loops, one sequence at a time. Shares no code with the engine.
/// </summary>
internal sealed class ReferenceClassifier
{
    private readonly EncoderWeights _encoder;
    private readonly TrainablePlan _plan;

    public ReferenceClassifier(EncoderWeights encoder, TrainablePlan plan, TrainedWeights trained)
    {
        _encoder = encoder;
        _plan = plan;
        Trained = trained.Tensors.ToDictionary(tensor => tensor.Name, tensor => Array.ConvertAll(tensor.Values, value => (double)value));
    }

    /// <summary>Adapter-input dropout: what element (row, column) of a sequence's input to one matrix is multiplied by.</summary>
    public delegate double Mask(int sequence, int layer, LoraTargets target, int row, int column);

    /// <summary>The trained values, free to be changed.</summary>
    public Dictionary<string, double[]> Trained { get; }

    /// <summary>Input of the first layer and output of each, (tokens, hidden).</summary>
    public List<double[][]> HiddenStates(EncodedPair pair, Mask? mask = null, int sequence = 0)
    {
        double[][] x = [.. Enumerable.Range(0, pair.Length).Select(position => Embed(pair, position))];
        List<double[][]> states = [x];
        for (int layer = 0; layer < _encoder.Layers.Count; layer++)
        {
            x = Layer(x, layer, mask, sequence);
            states.Add(x);
        }

        return states;
    }

    public double[] Logits(EncodedPair pair, Mask? mask = null, int sequence = 0)
    {
        double[] first = HiddenStates(pair, mask, sequence)[^1][0];
        double[] pooled = _plan.Head switch
        {
            ClassificationHead.PretrainedPooler => Tanh(Apply(first, _encoder.Pooler!.Weight, _encoder.Pooler.Bias)),
            ClassificationHead.TrainedPooler => Tanh(Apply(first, Trained[TrainedNames.PoolerWeight], Trained[TrainedNames.PoolerBias])),
            _ => first,
        };
        return Apply(pooled, Trained[TrainedNames.ClassifierWeight], Trained[TrainedNames.ClassifierBias]);
    }

    /// <summary>Σ weight · cross-entropy / Σ weight.</summary>
    public double Loss(EncodedPair[] pairs, int[] labels, float[] weights, Mask? mask = null)
    {
        double sum = 0, total = 0;
        for (int i = 0; i < pairs.Length; i++)
        {
            double[] logits = Logits(pairs[i], mask, i);
            sum += weights[i] * (Math.Log(logits.Sum(Math.Exp)) - logits[labels[i]]);
            total += weights[i];
        }

        return sum / total;
    }

    /// <summary>Central finite differences of the loss in every element of one trained tensor.</summary>
    public double[] Gradient(string name, EncodedPair[] pairs, int[] labels, float[] weights, Mask? mask = null)
    {
        const double Step = 1e-5;
        double[] values = Trained[name];
        var gradient = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            values[i] = value + Step;
            double above = Loss(pairs, labels, weights, mask);
            values[i] = value - Step;
            double below = Loss(pairs, labels, weights, mask);
            values[i] = value;
            gradient[i] = (above - below) / (2 * Step);
        }

        return gradient;
    }

    private double[] Embed(EncodedPair pair, int position)
    {
        EmbeddingWeights tables = _encoder.Embeddings;
        double[] sum = Add(
            Row(TrainedNames.Words, tables.Words, pair.TokenIds[position]),
            Row(TrainedNames.Positions, tables.Positions, _encoder.Shape.FirstPosition + position));
        if (tables.Segments is { } segments)
        {
            sum = Add(sum, Row(TrainedNames.Segments, segments, Math.Min(pair.SegmentOf(position), segments.Rows - 1)));
        }

        return Normalize(sum, TrainedNames.EmbeddingNorm, tables.Norm);
    }

    /// <summary>A tensor's values: the trained ones, or else the checkpoint's.</summary>
    private double[] Values(string name, float[] frozen) =>
        Trained.TryGetValue(name, out double[]? trained) ? trained : Array.ConvertAll(frozen, value => (double)value);

    private double[] Row(string table, Matrix frozen, int row) =>
        Values(TrainedNames.Weight(table), frozen.Values)[(row * frozen.Columns)..((row + 1) * frozen.Columns)];

    private double[] Bottlenecked(double[] h, int layer, BottleneckPlace place)
    {
        if (layer < _plan.Adapter.FirstLayer(_encoder.Shape.Layers) || !_plan.Adapter.Bottlenecks.Contains(place))
        {
            return h;
        }

        double[] Dense(double[] x, string module) => Apply(x, Trained[TrainedNames.Weight(module)], Trained[TrainedNames.Bias(module)]);
        bool lin = place == BottleneckPlace.LayerOutput;
        string norm = TrainedNames.BottleneckNorm(layer, place);
        double[] narrow = Dense(lin ? Normalize(h, norm, new Normalization([], [])) : h, TrainedNames.BottleneckDown(layer, place));
        double[] active = Array.ConvertAll(narrow, x => lin ? Math.Max(x, 0) : Gelu(x));
        return Add(h, Dense(active, TrainedNames.BottleneckUp(layer, place)));
    }

    private double[][] Layer(double[][] x, int number, Mask? mask, int sequence)
    {
        LayerWeights weights = _encoder.Layers[number];
        double[][] Project(double[][] input, LoraTargets target) =>
            [.. input.Select((row, i) => Adapted(row, number, target, mask is null ? null : column => mask(sequence, number, target, i, column)))];

        double[][] context = Attend(Project(x, LoraTargets.Query), Project(x, LoraTargets.Key), Project(x, LoraTargets.Value));
        double[][] attended = Project(context, LoraTargets.AttentionOutput);
        double[][] middle =
        [
            .. attended.Select((row, i) => Normalize(
                Add(Bottlenecked(row, number, BottleneckPlace.AttentionOutput), x[i]), TrainedNames.AttentionNorm(number), weights.AttentionNorm)),
        ];
        double[][] inner = [.. Project(middle, LoraTargets.FeedForwardIn).Select(row => Array.ConvertAll(row, Activate))];
        double[][] output = Project(inner, LoraTargets.FeedForwardOut);
        return
        [
            .. output
                .Select((row, i) => Normalize(
                    Add(Bottlenecked(row, number, BottleneckPlace.FeedForwardOut), middle[i]), TrainedNames.OutputNorm(number), weights.OutputNorm))
                .Select(row => Bottlenecked(row, number, BottleneckPlace.LayerOutput)),
        ];
    }

    private double[] Adapted(double[] x, int layer, LoraTargets target, Func<int, double>? mask)
    {
        Affine map = _encoder.Layers[layer][target];
        string module = TrainedNames.Module(layer, target);
        double[] y = Apply(x, Values(TrainedNames.Weight(module), map.Weight.Values), Values(TrainedNames.Bias(module), map.Bias));
        if (!_plan.Adapter.Adapts(layer, target, _encoder.Shape.Layers))
        {
            return y;
        }

        double[] dropped = mask is null ? x : [.. x.Select((value, column) => value * mask(column))];
        double[] a = Trained[TrainedNames.FactorA(layer, target)];
        double[] b = Trained[TrainedNames.FactorB(layer, target)];
        double[] reduced = Apply(dropped, a, new double[_plan.Adapter.Rank]);
        double[] update = Apply(reduced, b, new double[y.Length]);
        return Add(y, Array.ConvertAll(update, value => value * _plan.Adapter.Scaling));
    }

    private double[][] Attend(double[][] queries, double[][] keys, double[][] values)
    {
        int size = _encoder.Shape.HeadSize;
        var context = new double[queries.Length][];
        for (int i = 0; i < queries.Length; i++)
        {
            context[i] = new double[_encoder.Shape.Hidden];
            for (int start = 0; start < _encoder.Shape.Hidden; start += size)
            {
                double[] shares = [.. keys.Select(key => Math.Exp(Dot(queries[i], key, start, size) / Math.Sqrt(size)))];
                double total = shares.Sum();
                for (int j = 0; j < values.Length; j++)
                {
                    for (int column = start; column < start + size; column++)
                    {
                        context[i][column] += shares[j] / total * values[j][column];
                    }
                }
            }
        }

        return context;
    }

    private static double Gelu(double x) => x * 0.5 * (1 + Erf(x / Math.Sqrt(2)));

    private double Activate(double x) => _encoder.Shape.Activation switch
    {
        Activation.Gelu => Gelu(x),
        Activation.GeluTanh => x * 0.5 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        _ => Math.Max(x, 0),
    };

    /// <summary>erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1 · 3 · … · (2n + 1)); all terms have one sign, so nothing cancels.</summary>
    private static double Erf(double x)
    {
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private double[] Normalize(double[] x, string module, Normalization norm)
    {
        double mean = x.Average();
        double deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + _encoder.Shape.NormEpsilon);
        double[] gain = Values(TrainedNames.Weight(module), norm.Gain);
        double[] bias = Values(TrainedNames.Bias(module), norm.Bias);
        return [.. x.Select((value, i) => (value - mean) / deviation * gain[i] + bias[i])];
    }

    private static double Dot(double[] x, double[] y, int start, int count) => Enumerable.Range(start, count).Sum(i => x[i] * y[i]);

    private static double[] Add(double[] x, double[] y) => [.. x.Zip(y, (left, right) => left + right)];

    private static double[] Tanh(double[] x) => Array.ConvertAll(x, Math.Tanh);

    private static double[] Apply(double[] x, Matrix weight, float[] bias) =>
        Apply(x, Array.ConvertAll(weight.Values, value => (double)value), Array.ConvertAll(bias, value => (double)value));

    /// <summary>W x + b, W given row by row.</summary>
    private static double[] Apply(double[] x, double[] weight, double[] bias)
    {
        var y = new double[bias.Length];
        for (int row = 0; row < y.Length; row++)
        {
            y[row] = bias[row];
            for (int column = 0; column < x.Length; column++)
            {
                y[row] += weight[row * x.Length + column] * x[column];
            }
        }

        return y;
    }
}
