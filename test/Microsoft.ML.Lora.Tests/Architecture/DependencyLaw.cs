namespace Microsoft.ML.Lora.Tests.Architecture;

/// <summary>Which folder may use which, and who may use which package. A folder is named by its namespace below the root; "" is the front door.</summary>
internal sealed class DependencyLaw
{
    /// <summary>The public face: it may use everything, and what is public stands nowhere else.</summary>
    public const string FrontDoor = "";

    /// <summary>The namespace of the front door.</summary>
    public required string RootNamespace { get; init; }

    /// <summary>For each folder but the front door, the folders it may use.</summary>
    public required IReadOnlyDictionary<string, string[]> Folders { get; init; }

    /// <summary>Folders that may not even use the vocabulary.</summary>
    public required IReadOnlyList<string> WithoutVocabulary { get; init; }

    /// <summary>The folders that may use an assembly, by the assembly's name; null for an assembly free to all.</summary>
    public required Func<string, string[]?> UsersOf { get; init; }

    /// <summary>All that breaks the law, one line each.</summary>
    public IReadOnlyList<string> Violations(IReadOnlyList<DefinedType> types)
    {
        HashSet<TypeIdentity> vocabulary = Vocabulary(types);
        return [.. types.SelectMany(type => ViolationsOf(type, vocabulary))];
    }

    /// <summary>Public types of the front door that depend on nothing but each other and free assemblies: words that every folder may use.</summary>
    public HashSet<TypeIdentity> Vocabulary(IReadOnlyList<DefinedType> types)
    {
        Dictionary<TypeIdentity, DefinedType> words = types
            .Where(type => type.IsPublic && FolderOf(type.Identity) == FrontDoor)
            .ToDictionary(type => type.Identity);
        while (words.Values.FirstOrDefault(type => !type.Uses.All(used => IsOurs(used) ? words.ContainsKey(used) : UsersOf(used.Assembly) is null)) is { } dependent)
        {
            words.Remove(dependent.Identity);
        }

        return [.. words.Keys];
    }

    private IEnumerable<string> ViolationsOf(DefinedType type, HashSet<TypeIdentity> vocabulary)
    {
        if (FolderOf(type.Identity) is not { } folder)
        {
            yield return $"{type.Identity} is in no folder that the law names.";
            yield break;
        }

        if (type.IsPublic != (folder == FrontDoor))
        {
            yield return $"{type.Identity} is {(type.IsPublic ? "public" : "internal")}: public types stand in {RootNamespace}, and only they.";
        }

        foreach (TypeIdentity used in type.Uses.OrderBy(used => used.ToString(), StringComparer.Ordinal))
        {
            if (IsOurs(used) ? !MayUse(folder, used, vocabulary) : UsersOf(used.Assembly)?.Contains(folder) == false)
            {
                yield return $"{type.Identity} uses {used}{(IsOurs(used) ? "" : $" of {used.Assembly}")}, which {Described(folder)} may not.";
            }
        }
    }

    private bool MayUse(string folder, TypeIdentity used, HashSet<TypeIdentity> vocabulary)
    {
        string? usedFolder = FolderOf(used);
        return folder == FrontDoor
            || usedFolder == folder
            || (usedFolder is not null && Folders[folder].Contains(usedFolder))
            || (vocabulary.Contains(used) && !WithoutVocabulary.Contains(folder));
    }

    /// <summary>The innermost folder of the law that holds the type, or null.</summary>
    private string? FolderOf(TypeIdentity type)
    {
        if (type.Namespace == RootNamespace)
        {
            return FrontDoor;
        }

        return Folders.Keys
            .Where(folder => $"{type.Namespace}.".StartsWith($"{RootNamespace}.{folder}.", StringComparison.Ordinal))
            .MaxBy(folder => folder.Length);
    }

    private bool IsOurs(TypeIdentity type) => $"{type.Namespace}.".StartsWith($"{RootNamespace}.", StringComparison.Ordinal);

    private static string Described(string folder) => folder == FrontDoor ? "the front door" : folder;
}
