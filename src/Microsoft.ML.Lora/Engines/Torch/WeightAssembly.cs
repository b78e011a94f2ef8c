using Microsoft.ML.Lora.Models;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Puts together what a pass reads: the checkpoint's tensors, trained ones rounded to what is computed in, and low-rank updates, which are
/// merged into their matrices for all layers at once, W = W₀ + s·BA. Where gradients are wanted, all this is differentiated through.
/// </summary>
internal sealed class WeightAssembly : IDisposable
{
    private readonly EncoderWeights _encoder;
    private readonly TrainablePlan _plan;
    private readonly TrainedTensors _trained;
    private readonly TorchPlace _place;
    private readonly FrozenTensors _frozen;
    private readonly bool _merges;
    private readonly int _first;

    /// <param name="encoder">The checkpoint.</param>
    /// <param name="plan">What is trained.</param>
    /// <param name="trained">What is trained, on the device.</param>
    /// <param name="place">The device.</param>
    /// <param name="merges">Whether updates are merged into their matrices. With dropout before them they cannot be.</param>
    public WeightAssembly(EncoderWeights encoder, TrainablePlan plan, TrainedTensors trained, TorchPlace place, bool merges)
    {
        (_encoder, _plan, _trained, _place, _merges) = (encoder, plan, trained, place, merges);
        _first = plan.Adapter.FirstLayer(encoder.Layers.Count);
        _frozen = new FrozenTensors(encoder, place);
        Groups = FactorGroup.Of(encoder, plan.Adapter, trained, place);
    }

    /// <summary>The low-rank updates.</summary>
    public IReadOnlyList<FactorGroup> Groups { get; private set; }

    private AdapterPlan Adapter => _plan.Adapter;

    /// <summary>The tensors as they are now. Those that are not the checkpoint's own belong to the caller's dispose scope.</summary>
    public PassWeights Assemble()
    {
        Dictionary<LoraTargets, Tensor[]> merged = _merges ? Merge() : [];
        return Assemble(merged, MergeProjections(merged));
    }

    /// <summary>Room for the adapted matrices; those of query, key and value that carry no update are there already. The caller's to dispose.</summary>
    public LayerStacks Stacks()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var stacks = new LayerStacks(Groups, _place);
        LoraTargets[] plain = stacks.Projections is null ? [] : [.. LayerStacks.Parts.Except(Groups.SelectMany(group => group.Targets))];
        foreach (LoraTargets part in plain)
        {
            stacks.PlaceOf(part, _encoder.Shape.Hidden).copy_(_frozen.CopyOfStack(part, _first));
        }

        return stacks;
    }

    /// <summary>The tensors with the adapted matrices where the stacks have them, so that they follow what is merged there later.</summary>
    public PassWeights AssembleOn(LayerStacks stacks)
    {
        LoraTargets[] targets = [.. Groups.SelectMany(group => group.Targets).Except(LayerStacks.Parts)];
        return Assemble(targets.ToDictionary(target => target, target => stacks.Find(target)!.unbind(0)), stacks.Projections?.unbind(0));
    }

    /// <summary>Lets go of what updates are merged from, once they are and do not change any more.</summary>
    public void ForgetUpdates()
    {
        foreach (FactorGroup group in Groups)
        {
            group.Dispose();
        }

        Groups = [];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ForgetUpdates();
        _frozen.Dispose();
    }

    private PassWeights Assemble(Dictionary<LoraTargets, Tensor[]> merged, Tensor[]? projections)
    {
        EmbeddingWeights tables = _encoder.Embeddings;
        return new PassWeights
        {
            Words = Matrix(TrainedNames.Words, tables.Words),
            Positions = Matrix(TrainedNames.Positions, tables.Positions),
            Segments = tables.Segments is { } segments ? Matrix(TrainedNames.Segments, segments) : null,
            EmbeddingNorm = Norm(TrainedNames.EmbeddingNorm, tables.Norm),
            Layers = [.. Enumerable.Range(0, _encoder.Layers.Count).Select(layer => Layer(layer, merged, projections))],
            Pooler = Pooler(),
            Classifier = Trained(TrainedNames.Classifier),
        };
    }

    /// <summary>The merged matrices of each target, layer by layer from the first adapted one on.</summary>
    private Dictionary<LoraTargets, Tensor[]> Merge()
    {
        var merged = new Dictionary<LoraTargets, Tensor[]>();
        foreach (FactorGroup group in Groups)
        {
            Tensor[] stacks = group.Merged(Adapter.Scaling, _place.Compute);
            for (int i = 0; i < stacks.Length; i++)
            {
                // Projections become one matrix of a layer before the layers are taken apart.
                merged.Add(group.Targets[i], LayerStacks.Parts.Contains(group.Targets[i]) ? [stacks[i]] : stacks[i].unbind(0));
            }
        }

        return merged;
    }

    /// <summary>Query, key and value projections of each adapted layer as one matrix; <see langword="null"/> where none of them is merged.</summary>
    private Tensor[]? MergeProjections(Dictionary<LoraTargets, Tensor[]> merged) => LayerStacks.Parts.Any(merged.ContainsKey)
        ? torch.cat([.. LayerStacks.Parts.Select(target => merged.TryGetValue(target, out Tensor[]? stack) ? stack[0] : _frozen.Stack(target, _first))], 1).unbind(0)
        : null;

    private LayerTensors Layer(int layer, Dictionary<LoraTargets, Tensor[]> merged, Tensor[]? projections)
    {
        LayerWeights weights = _encoder.Layers[layer];
        bool adapted = layer >= _first;
        TensorMap Dense(LoraTargets target)
        {
            string module = TrainedNames.Module(layer, target);
            Tensor bias = Vector(TrainedNames.Bias(module), weights[target].Bias);
            return new TensorMap(adapted && merged.TryGetValue(target, out Tensor[]? matrices) ? matrices[layer - _first] : Matrix(module, weights[target].Weight), bias);
        }

        return new LayerTensors
        {
            Projections = adapted && Adapter.TrainsMatrices ? TrainedProjections(layer)
                : new TensorMap(adapted && projections is not null ? projections[layer - _first] : _frozen.ProjectionWeight(layer), _frozen.ProjectionBias(layer)),
            AttentionOutput = Dense(LoraTargets.AttentionOutput),
            AttentionNorm = Norm(TrainedNames.AttentionNorm(layer), weights.AttentionNorm),
            FeedForwardIn = Dense(LoraTargets.FeedForwardIn),
            FeedForwardOut = Dense(LoraTargets.FeedForwardOut),
            OutputNorm = Norm(TrainedNames.OutputNorm(layer), weights.OutputNorm),
            Updates = adapted && !_merges ? Updates(layer) : new Dictionary<LoraTargets, FactorPair>(),
            Bottlenecks = adapted ? Adapter.Bottlenecks.ToArray().ToDictionary(place => place, place => Bottleneck(layer, place)) : [],
        };
    }

    private TensorMap TrainedProjections(int layer)
    {
        TensorMap[] maps = [.. LayerStacks.Parts.Select(target => Trained(TrainedNames.Module(layer, target)))];
        return new TensorMap(
            torch.cat([.. maps.Select(map => map.Weight)]).to_type(_place.Compute), torch.cat([.. maps.Select(map => map.Bias)]).to_type(_place.Compute));
    }

    private Dictionary<LoraTargets, FactorPair> Updates(int layer)
    {
        var updates = new Dictionary<LoraTargets, FactorPair>();
        foreach (FactorGroup group in Groups)
        {
            for (int i = 0; i < group.Targets.Length; i++)
            {
                Tensor Factor(Tensor stack) => stack.select(0, ((layer - _first) * group.Targets.Length) + i).to_type(_place.Compute);
                updates.Add(group.Targets[i], new FactorPair(Factor(group.A), Factor(group.B)));
            }
        }

        return updates;
    }

    private BottleneckTensors Bottleneck(int layer, BottleneckPlace place) => new(
        place == BottleneckPlace.LayerOutput ? Rounded(Trained(TrainedNames.BottleneckNorm(layer, place))) : null,
        Rounded(Trained(TrainedNames.BottleneckDown(layer, place))),
        Rounded(Trained(TrainedNames.BottleneckUp(layer, place))));

    private TensorMap? Pooler() => _plan.Head switch
    {
        ClassificationHead.PretrainedPooler => _frozen.Single(TrainedNames.Pooler, _encoder.Pooler!),
        ClassificationHead.TrainedPooler => Trained(TrainedNames.Pooler),
        _ => null,
    };

    private Tensor Matrix(string module, Primitives.Matrix frozen) =>
        _trained.Find(TrainedNames.Weight(module)) is { } leaf ? leaf.to_type(_place.Compute) : _frozen.Matrix(TrainedNames.Weight(module), frozen);

    private Tensor Vector(string name, float[] frozen) =>
        _trained.Find(name) is { } leaf ? leaf.to_type(_place.Compute) : _frozen.Vector(name, frozen);

    private TensorMap Norm(string module, Normalization frozen) =>
        new(Vector(TrainedNames.Weight(module), frozen.Gain), Vector(TrainedNames.Bias(module), frozen.Bias));

    private TensorMap Rounded(TensorMap map) => new(map.Weight.to_type(_place.Compute), map.Bias.to_type(_place.Compute));

    private TensorMap Trained(string module) => new(_trained.Find(TrainedNames.Weight(module))!, _trained.Find(TrainedNames.Bias(module))!);
}
