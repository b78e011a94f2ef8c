using System.Globalization;
using Microsoft.ML.Lora.Benchmarks.Commands;
using Microsoft.ML.Lora.Benchmarks.Workloads;

// Numbers are read and shown in the same way on every machine.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

// Timed from outside, from the start of the process: it must not wait for a command line parser to be loaded.
return args is [FirstScore.Name, ..] ? FirstScore.Run(args[1..]) : BenchmarkCommands.Invoke(args);
