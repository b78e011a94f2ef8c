using System.Text.Json.Nodes;

namespace Microsoft.ML.Lora.Benchmarks.Peers;

/// <summary>A Python that can run peers, and what it has.</summary>
internal sealed class Python
{
    private const string ListModules =
        "import importlib.util, json; print(json.dumps({n: importlib.util.find_spec(n) is not None for n in "
        + "('numpy', 'torch', 'transformers', 'peft', 'tokenizers', 'onnxruntime')}))";

    private static readonly string[] Usual = ["python3", "/usr/bin/python3"];

    private readonly JsonObject _modules;

    private Python(string program, JsonObject modules)
    {
        Program = program;
        _modules = modules;
    }

    /// <summary>Its name or path.</summary>
    public string Program { get; }

    /// <summary>The first Python that has a module: the one asked for, then the usual ones.</summary>
    /// <param name="asked">A name or path; <see langword="null"/> to look at the usual ones only.</param>
    /// <param name="module">What it must have.</param>
    /// <returns><see langword="null"/> where none has it; this is said on the console.</returns>
    public static Python? Find(string? asked, string module)
    {
        foreach (string program in Usual.Prepend(asked).OfType<string>())
        {
            try
            {
                var python = new Python(program, JsonProgram.Run([program, "-c", ListModules]));
                if (python.Has(module))
                {
                    return python;
                }

                Console.WriteLine($"{program} has no {module}.");
            }
            catch (InvalidOperationException exception)
            {
                Console.WriteLine(exception.Message);
            }
        }

        Console.WriteLine($"No Python with {module} was found (another can be given with --python), so only our own engine is measured.");
        return null;
    }

    /// <summary>Whether it has all these modules.</summary>
    public bool Has(params string[] modules) => modules.All(module => (bool)_modules[module]!);

    /// <summary>The command that runs one of the project's scripts.</summary>
    public IReadOnlyList<string> Script(string name) => [Program, Path.Combine(BuildFacts.RepositoryDirectory, "build", "references", name)];
}
