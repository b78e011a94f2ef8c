using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Sends messages to the log, among them its own start and end.</summary>
internal sealed class LogChannel : IChannel
{
    private readonly string _source;
    private readonly Action<LoggingEventArgs> _log;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private bool _isDisposed;

    internal LogChannel(string source, Action<LoggingEventArgs> log)
    {
        _source = source;
        _log = log;
        Send(ChannelMessageKind.Trace, "Channel started");
    }

    public void Trace(MessageSensitivity sensitivity, string fmt) => Send(ChannelMessageKind.Trace, fmt);

    public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(ChannelMessageKind.Trace, fmt, args);

    public void Info(MessageSensitivity sensitivity, string fmt) => Send(ChannelMessageKind.Info, fmt);

    public void Info(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(ChannelMessageKind.Info, fmt, args);

    public void Warning(MessageSensitivity sensitivity, string fmt) => Send(ChannelMessageKind.Warning, fmt);

    public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(ChannelMessageKind.Warning, fmt, args);

    public void Error(MessageSensitivity sensitivity, string fmt) => Send(ChannelMessageKind.Error, fmt);

    public void Error(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(ChannelMessageKind.Error, fmt, args);

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        Send(ChannelMessageKind.Trace, "Channel finished. Elapsed {0:c}.", [_watch.Elapsed]);
        Send(ChannelMessageKind.Trace, "Channel disposed");
    }

    private void Send(ChannelMessageKind kind, string format, object[] args)
    {
        Checks.NonEmpty(args, nameof(args));
        Send(kind, string.Format(CultureInfo.CurrentCulture, format, args));
    }

    private void Send(ChannelMessageKind kind, string message)
    {
        Checks.NonEmpty(message, nameof(message));
        _log(new LoggingEventArgs(message, kind, _source));
    }
}
