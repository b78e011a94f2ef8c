namespace Microsoft.ML.Lora.Models;

/// <summary>Which encoder it is: what a saved model keeps instead of the encoder itself.</summary>
/// <param name="Id">A name for people: the checkpoint folder's, unless another was given.</param>
/// <param name="Checksum">SHA-256 over the files that decide what the encoder computes, in lower-case hexadecimal digits.</param>
internal sealed record EncoderIdentity(string Id, string Checksum);
