using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.Lora;

namespace SampleConsole;

/// <summary>The options that choose the device, alike in all samples that have them.</summary>
public sealed class DeviceOptions
{
    private readonly Option<ComputeDevice> _device = new("--device")
    {
        Description = "auto, cpu, cuda, or cuda:N for GPU N. A GPU needs -p:TorchPackage=TorchSharp-cuda-linux, or -windows, in the build.",
        DefaultValueFactory = _ => ComputeDevice.Auto,
        CustomParser = Parse,
    };

    private readonly Option<GpuPrecision> _precision = new("--gpu-precision") { Description = "What a GPU computes in.", DefaultValueFactory = _ => GpuPrecision.BFloat16 };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_precision);
    }

    /// <summary>What was asked for.</summary>
    public (ComputeDevice Device, GpuPrecision Precision) Of(ParseResult result) => (result.GetRequiredValue(_device), result.GetRequiredValue(_precision));

    private static ComputeDevice Parse(ArgumentResult given)
    {
        string text = given.Tokens.Single().Value;
        switch (text)
        {
            case "auto":
                return ComputeDevice.Auto;
            case "cpu":
                return ComputeDevice.Cpu;
            case "cuda":
                return ComputeDevice.Cuda();
            case ['c', 'u', 'd', 'a', ':', .. string number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index):
                return ComputeDevice.Cuda(index);
            default:
                given.AddError($"--device must be auto, cpu, cuda or cuda:N, but is '{text}'.");
                return ComputeDevice.Auto;
        }
    }
}
