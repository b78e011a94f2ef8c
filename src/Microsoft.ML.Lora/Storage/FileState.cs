namespace Microsoft.ML.Lora.Storage;

/// <summary>By what it is seen, without reading all of it, that a file is not what it was.</summary>
/// <param name="Length">Its bytes.</param>
/// <param name="Written">When it was last written.</param>
internal readonly record struct FileState(long Length, DateTime Written);
