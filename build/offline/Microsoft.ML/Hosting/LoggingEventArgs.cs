using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>A message of <see cref="MLContext.Log"/>.</summary>
public class LoggingEventArgs : EventArgs
{
    /// <summary>Creates the event of a message.</summary>
    public LoggingEventArgs(string message, ChannelMessageKind kind, string source)
    {
        RawMessage = message;
        Kind = kind;
        Source = source;
    }

    /// <summary>Host and channel that sent it.</summary>
    public string Source { get; }

    /// <summary>How grave it is.</summary>
    public ChannelMessageKind Kind { get; }

    /// <summary>The text, preceded by source and kind.</summary>
    public string Message => $"[Source={Source}, Kind={Kind}] {RawMessage}";

    /// <summary>The text alone.</summary>
    public string RawMessage { get; }
}
