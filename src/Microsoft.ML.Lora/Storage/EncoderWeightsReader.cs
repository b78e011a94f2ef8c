using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>Takes an encoder's weights out of a file. All missing and misshapen tensors are found before one is refused.</summary>
internal sealed class EncoderWeightsReader
{
    private static readonly string[] GainNames = [".weight", ".gamma"];
    private static readonly string[] NormBiasNames = [".bias", ".beta"];

    private readonly SafetensorsFile _file;
    private readonly EncoderNames _names;
    private readonly EncoderShape _shape;
    private readonly string _prefix;
    private readonly bool _inFile;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];

    /// <param name="file">The weights.</param>
    /// <param name="names">What the family calls its tensors; their prefix may be there or not.</param>
    /// <param name="shape">The sizes that the configuration asks for.</param>
    /// <param name="inFile">Whether matrices stay in the file, which must not be disposed of while they are in use then, and are read when they are looked at.</param>
    /// <exception cref="InvalidDataException">There is no word embedding table, with or without the prefix.</exception>
    public EncoderWeightsReader(SafetensorsFile file, EncoderNames names, EncoderShape shape, bool inFile = false)
    {
        _file = file;
        _names = names;
        _shape = shape;
        _inFile = inFile;
        _prefix = FindPrefix();
    }

    /// <summary>Reads all weights, and the names of the tensors that are not among them.</summary>
    /// <exception cref="InvalidDataException">Tensors are missing or misshapen, not of a floating-point type, or not finite.</exception>
    public (EncoderWeights Weights, IReadOnlyList<string> Ignored) Read()
    {
        var weights = new EncoderWeights
        {
            Shape = _shape,
            Embeddings = new()
            {
                Words = ReadMatrix(_names.Words, _shape.Vocabulary, _shape.Hidden),
                Positions = ReadMatrix(_names.Positions, _shape.PositionRows, _shape.Hidden),
                Segments = _names.Segments is { } segments ? ReadMatrix(segments, _shape.Segments, _shape.Hidden) : null,
                Norm = ReadNorm(_names.EmbeddingNorm),
            },
            Layers = [.. Enumerable.Range(0, _shape.Layers).Select(layer => ReadLayer(_names.Layer(layer)))],
            Pooler = ReadPooler(),
        };
        if (_faults.Count > 0)
        {
            throw new InvalidDataException(Faults.Describe(_file.Name, _faults));
        }

        IEnumerable<string> ignored = _file.Header.Tensors.Select(tensor => tensor.Name).Where(name => !_taken.Contains(name));
        return (weights, [.. ignored.Order(StringComparer.Ordinal)]);
    }

    private string FindPrefix()
    {
        string words = _names.Words + ".weight";
        if (_file.Find(_names.Prefix + words) is not null)
        {
            return _names.Prefix;
        }

        if (_file.Find(words) is not null)
        {
            return string.Empty;
        }

        IReadOnlyList<StoredTensor> tensors = _file.Header.Tensors;
        string found = tensors.Count == 0 ? "no tensor at all" : $"'{tensors[0].Name}' and {tensors.Count - 1} others";
        throw new InvalidDataException(
            $"{_file.Name} has neither '{_names.Prefix}{words}' nor '{words}', so it does not hold a {_shape.Family} encoder; it has {found}.");
    }

    private LayerWeights ReadLayer(LayerNames names) => new()
    {
        Query = ReadAffine(names.Query, _shape.Hidden, _shape.Hidden),
        Key = ReadAffine(names.Key, _shape.Hidden, _shape.Hidden),
        Value = ReadAffine(names.Value, _shape.Hidden, _shape.Hidden),
        AttentionOutput = ReadAffine(names.AttentionOutput, _shape.Hidden, _shape.Hidden),
        AttentionNorm = ReadNorm(names.AttentionNorm),
        FeedForwardIn = ReadAffine(names.FeedForwardIn, _shape.FeedForward, _shape.Hidden),
        FeedForwardOut = ReadAffine(names.FeedForwardOut, _shape.Hidden, _shape.FeedForward),
        OutputNorm = ReadNorm(names.OutputNorm),
    };

    private Affine? ReadPooler()
    {
        bool hasAny = Locate([_names.Pooler + ".weight"]) is not null || Locate([_names.Pooler + ".bias"]) is not null;
        return hasAny ? ReadAffine(_names.Pooler, _shape.Hidden, _shape.Hidden) : null;
    }

    private Affine ReadAffine(string name, int outputs, int inputs) =>
        new(ReadMatrix(name, outputs, inputs), ReadValues([name + ".bias"], [outputs]) ?? []);

    private Normalization ReadNorm(string name) => new(
        ReadValues([.. GainNames.Select(ending => name + ending)], [_shape.Hidden]) ?? [],
        ReadValues([.. NormBiasNames.Select(ending => name + ending)], [_shape.Hidden]) ?? []);

    private Matrix ReadMatrix(string name, int rows, int columns) => Take([name + ".weight"], [rows, columns]) switch
    {
        null => new Matrix(0, 0, []),
        { } tensor when _inFile => new Matrix(rows, columns, (first, values) => _file.Read(tensor, (long)first * columns, values)),
        { } tensor => new Matrix(rows, columns, _file.Read(tensor)),
    };

    private float[]? ReadValues(string[] names, int[] dimensions) => Take(names, dimensions) is { } tensor ? _file.Read(tensor) : null;

    /// <summary>The tensor under the first of its names that is there; <see langword="null"/> once there is any fault.</summary>
    private StoredTensor? Take(string[] names, int[] dimensions)
    {
        if (Locate(names) is not { } tensor)
        {
            _faults.Add($"tensor '{_prefix}{names[0]}' of shape {TensorShape.Describe(dimensions)} is missing.");
            return null;
        }

        _taken.Add(tensor.Name);
        if (!tensor.Shape.SequenceEqual(dimensions.Select(dimension => (long)dimension)))
        {
            _faults.Add(
                $"tensor '{tensor.Name}' has shape {TensorShape.Describe(tensor.Shape)}, "
                + $"but {CheckpointFiles.Config} asks for {TensorShape.Describe(dimensions)}.");
        }

        return _faults.Count == 0 ? tensor : null;
    }

    private StoredTensor? Locate(IEnumerable<string> names) =>
        names.Select(name => _file.Find(_prefix + name)).FirstOrDefault(tensor => tensor is not null);
}
