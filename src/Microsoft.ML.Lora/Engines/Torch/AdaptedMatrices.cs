using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>The adapted matrices one by one, in the order of <see cref="TrainedWeights"/>: which of which group each is, its rates, and what its rule remembers.</summary>
internal sealed class AdaptedMatrices
{
    private readonly IReadOnlyList<FactorGroup> _groups;
    private readonly IReadOnlyList<GroupRates> _rates;
    private readonly AdapterRateRule _rule;
    private readonly (string Name, int Group, int Number)[] _matrices;

    /// <param name="groups">The groups.</param>
    /// <param name="rates">Their rates.</param>
    /// <param name="rule">What decides these.</param>
    public AdaptedMatrices(IReadOnlyList<FactorGroup> groups, IReadOnlyList<GroupRates> rates, AdapterRateRule rule)
    {
        (_groups, _rates, _rule) = (groups, rates, rule);
        var matrices = new List<(string, int, int)>();
        for (int layer = 0; groups.Count > 0 && layer < groups[0].Layers; layer++)
        {
            for (int group = 0; group < groups.Count; group++)
            {
                for (int i = 0; i < groups[group].Targets.Length; i++)
                {
                    string name = TrainedNames.Module(groups[group].FirstLayer + layer, groups[group].Targets[i]);
                    matrices.Add((name, group, (layer * groups[group].Targets.Length) + i));
                }
            }
        }

        _matrices = [.. matrices];
    }

    /// <summary>The rates of the latest step, schedule included; empty before the first.</summary>
    public IReadOnlyList<AdapterRate> Rates { get; private set; } = [];

    /// <summary>Takes over the rates of a step.</summary>
    /// <param name="found">Of each group the α's and then the β's.</param>
    public void Keep(double[][] found)
    {
        var rates = new AdapterRate[_matrices.Length];
        for (int i = 0; i < rates.Length; i++)
        {
            (string name, int group, int number) = _matrices[i];
            rates[i] = new AdapterRate(name, found[group][number], found[group][_groups[group].Matrices + number]);
        }

        Rates = rates;
    }

    /// <summary>A copy of what the rule remembers.</summary>
    public IReadOnlyList<NamedTensor> ExportStates()
    {
        int length = _rule.StateLength;
        if (length == 0)
        {
            return [];
        }

        float[][] states = [.. _rates.Select(rates => rates.Export())];
        return [.. _matrices.Select(matrix => new NamedTensor(matrix.Name, [length], states[matrix.Group].AsSpan(matrix.Number * length, length).ToArray()))];
    }

    /// <summary>Makes sure that <see cref="ImportStates"/> can set these states.</summary>
    /// <exception cref="InvalidDataException">A matrix's state is missing, misshapen, or of no matrix here.</exception>
    public void Check(IReadOnlyList<NamedTensor> states) => RateChecks.States(_rule, [.. _matrices.Select(matrix => matrix.Name)], states);

    /// <summary>Sets what the rule remembers.</summary>
    /// <param name="states">In the order of the matrices, as <see cref="Check"/> found them right.</param>
    public void ImportStates(IReadOnlyList<NamedTensor> states)
    {
        int length = _rule.StateLength;
        float[][] flat = [.. _groups.Select(group => new float[group.Matrices * length])];
        for (int i = 0; i < states.Count; i++)
        {
            states[i].Values.CopyTo(flat[_matrices[i].Group].AsSpan(_matrices[i].Number * length));
        }

        for (int group = 0; group < flat.Length && length > 0; group++)
        {
            _rates[group].Import(flat[group]);
        }
    }
}
