namespace Microsoft.ML.Runtime;

/// <summary>How grave a message is.</summary>
public enum ChannelMessageKind
{
    /// <summary>Of use to who debugs the library.</summary>
    Trace = 0,

    /// <summary>Of use to every user.</summary>
    Info = 1,

    /// <summary>Something may be wrong.</summary>
    Warning = 2,

    /// <summary>Something is wrong.</summary>
    Error = 3,
}

/// <summary>What a message may reveal.</summary>
[Flags]
public enum MessageSensitivity
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Values of the user's data.</summary>
    UserData = 0x1,

    /// <summary>Names and types of columns.</summary>
    Schema = 0x2,

    /// <summary>It is not known what.</summary>
    Unknown = ~None,

    /// <summary>Everything.</summary>
    All = Unknown,
}

/// <summary>Carries the messages of one piece of work.</summary>
public interface IChannel : IDisposable
{
    /// <summary>Sends a text as it is.</summary>
    void Trace(MessageSensitivity sensitivity, string fmt);

    /// <summary>Sends a text with values put into it.</summary>
    void Trace(MessageSensitivity sensitivity, string fmt, params object[] args);

    /// <summary>Sends a text as it is.</summary>
    void Info(MessageSensitivity sensitivity, string fmt);

    /// <summary>Sends a text with values put into it.</summary>
    void Info(MessageSensitivity sensitivity, string fmt, params object[] args);

    /// <summary>Sends a text as it is.</summary>
    void Warning(MessageSensitivity sensitivity, string fmt);

    /// <summary>Sends a text with values put into it.</summary>
    void Warning(MessageSensitivity sensitivity, string fmt, params object[] args);

    /// <summary>Sends a text as it is.</summary>
    void Error(MessageSensitivity sensitivity, string fmt);

    /// <summary>Sends a text with values put into it.</summary>
    void Error(MessageSensitivity sensitivity, string fmt, params object[] args);
}
