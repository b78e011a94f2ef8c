using System.Security.Cryptography;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class ModelPayloadTests
{
    [TestMethod]
    public void FromBytes_WhatWasWritten_IsTheSame()
    {
        ModelPayload payload = Example();

        ModelPayload read = ModelPayload.FromBytes(payload.ToBytes());

        Assert.AreEqual(payload.Encoder, read.Encoder);
        CollectionAssert.AreEqual(payload.Options.Values.ToArray(), read.Options.Values.ToArray());
        CollectionAssert.AreEqual(new[] { "b", "a" }, read.Tensors.Select(tensor => tensor.Name).ToArray());
        CollectionAssert.AreEqual(payload.Tensors[0].Values, read.Tensors[0].Values);
    }

    [TestMethod]
    public void ToBytes_TheSameModel_GivesTheSameBytes() => CollectionAssert.AreEqual(Example().ToBytes(), Example().ToBytes());

    [TestMethod]
    public void FromBytes_AnyByteAltered_SaysDamaged()
    {
        byte[] good = Example().ToBytes();
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bytes = [.. good];
            bytes[i] ^= 1;
            AssertDamaged(bytes);
        }
    }

    [TestMethod]
    public void FromBytes_CutAnywhere_SaysDamaged()
    {
        byte[] good = Example().ToBytes();
        for (int length = 0; length < good.Length; length++)
        {
            AssertDamaged(good[..length]);
        }
    }

    [TestMethod]
    public void FromBytes_AnotherVersion_IsRefused()
    {
        byte[] archive = Example().ToBytes()[SHA256.HashSizeInBytes..];
        int at = archive.AsSpan().IndexOf("\"loraml.version\":\"1\""u8);
        archive[at + "\"loraml.version\":\"".Length] = (byte)'9';

        NotSupportedException exception = Assert.ThrowsExactly<NotSupportedException>(
            () => ModelPayload.FromBytes([.. SHA256.HashData(archive), .. archive]));

        Assert.AreEqual(
            "The saved model is a model in version 9 of its format, but this library reads version 1: use the library that wrote it, or make it anew.",
            exception.Message);
    }

    [TestMethod]
    public void FromBytes_AnotherKind_IsRefused()
    {
        byte[] archive = SafetensorsBytes.Of("{}");

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(
            () => ModelPayload.FromBytes([.. SHA256.HashData(archive), .. archive]));

        Assert.AreEqual("The saved model is not a model of LoraMl, but some other safetensors file.", exception.Message);
    }

    private static ModelPayload Example()
    {
        var options = new Facts();
        options.Set("columns.first", "Sentence „eins“");
        options.Set("threshold", 0.1);
        return new(new EncoderIdentity("mini", "00ff"), options, [new("b", [2], [1, 1f / 3]), new("a", [1], [2])]);
    }

    private static void AssertDamaged(byte[] bytes)
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => ModelPayload.FromBytes(bytes));

        Assert.AreEqual(
            $"The saved model is damaged: its {bytes.Length} bytes are cut short or altered, since their checksum is another. Save the model again.",
            exception.Message);
    }
}
