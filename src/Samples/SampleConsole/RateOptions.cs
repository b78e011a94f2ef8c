using System.CommandLine;
using Microsoft.ML.Lora;

namespace SampleConsole;

/// <summary>The two options by which a command line chooses how fast is learned: one rate, or a rule; neither is the library's default.</summary>
public sealed class RateOptions
{
    private readonly Option<string?> _rate = new("--rate") { Description = "One learning rate for everything that is trained, as --rates equal,RATE." };
    private readonly Option<string?> _rates = new("--rates") { Description = $"The rate rule: {RateText.Forms}. The library's default unless given." };

    /// <summary>Adds both to a command, which then refuses what cannot be read before anything runs.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_rate);
        command.Options.Add(_rates);
        command.Validators.Add(result =>
        {
            try
            {
                Choose(result.GetValue(_rate), result.GetValue(_rates));
            }
            catch (ArgumentException exception)
            {
                result.AddError(exception.Message);
            }
        });
    }

    /// <summary>The rule that a command line asks for; <see langword="null"/> for the library's default.</summary>
    public AdapterRateRule? Of(ParseResult result) => Choose(result.GetValue(_rate), result.GetValue(_rates));

    /// <summary>The rule that two options' values ask for; <see langword="null"/> for the library's default.</summary>
    /// <param name="rate">--rate, where it was given.</param>
    /// <param name="rates">--rates, where it was given.</param>
    /// <exception cref="ArgumentException">Both were given, or the one that was cannot be read.</exception>
    public static AdapterRateRule? Choose(string? rate, string? rates) => (rate, rates) switch
    {
        (not null, not null) => throw new ArgumentException(
            $"--rate {rate} and --rates {rates} were both given, but --rate RATE is --rates equal,RATE: give one of them, or neither for the default. The rules are {RateText.Forms}."),
        (not null, null) => RateText.Parse($"equal,{rate}"),
        (null, not null) => RateText.Parse(rates),
        _ => null,
    };
}
