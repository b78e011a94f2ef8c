using Microsoft.ML.Runtime;

namespace Microsoft.ML.Upstream.Tests.Hosting;

[TestClass]
public sealed class HostLogTests
{
    private readonly MLContext _ml = new();
    private readonly List<LoggingEventArgs> _messages = [];

    [TestInitialize]
    public void Listen() => _ml.Log += (_, message) => _messages.Add(message);

    [TestMethod]
    public void Channel_OfAHost_NamesHostAndChannel()
    {
        var host = ((IHostEnvironment)_ml).Register("Trainer");

        using (var channel = host.Start("Training"))
            channel.Info(MessageSensitivity.None, "epoch {0} of {1}", 1, 3);

        var message = _messages.Single(message => message.Kind == ChannelMessageKind.Info);
        Assert.AreEqual("Trainer; Training", message.Source);
        Assert.AreEqual("epoch 1 of 3", message.RawMessage);
        Assert.AreEqual("[Source=Trainer; Training, Kind=Info] epoch 1 of 3", message.Message);
    }

    [TestMethod]
    public void Channel_EachKind_ReachesTheLog()
    {
        var host = ((IHostEnvironment)_ml).Register("Trainer");

        using (var channel = host.Start("Training"))
        {
            channel.Trace(MessageSensitivity.None, "trace");
            channel.Warning(MessageSensitivity.UserData, "warning");
            channel.Error(MessageSensitivity.Schema, "error {0}", 5);
        }

        Assert.AreEqual("warning", _messages.Single(message => message.Kind == ChannelMessageKind.Warning).RawMessage);
        Assert.AreEqual("error 5", _messages.Single(message => message.Kind == ChannelMessageKind.Error).RawMessage);
        Assert.Contains("trace", _messages.Where(message => message.Kind == ChannelMessageKind.Trace).Select(message => message.RawMessage));
    }

    [TestMethod]
    public void Channel_TextWithBraces_IsSentAsItIs()
    {
        using (var channel = ((IHostEnvironment)_ml).Register("Trainer").Start("Training"))
            channel.Info(MessageSensitivity.None, "{not a place}");

        Assert.AreEqual("{not a place}", _messages.Single(message => message.Kind == ChannelMessageKind.Info).RawMessage);
    }

    [TestMethod]
    public void Channel_OfTheContext_NamesItselfOnly()
    {
        using (var channel = ((IHostEnvironment)_ml).Start("Work"))
            channel.Info(MessageSensitivity.None, "done");

        Assert.AreEqual("Work", _messages.Single(message => message.Kind == ChannelMessageKind.Info).Source);
    }

    [TestMethod]
    public void Channel_OfNestedHosts_NamesThemOneLevelBehind()
    {
        var outer = ((IHostEnvironment)_ml).Register("Outer");
        var middle = outer.Register("Middle");
        var inner = middle.Register("Inner");

        foreach (var host in new[] { middle, inner })
        {
            using var channel = host.Start("Work");
            channel.Info(MessageSensitivity.None, "done");
        }

        CollectionAssert.AreEqual(
            new[] { "Middle; Work", "Outer; Inner; Work" },
            _messages.Where(message => message.Kind == ChannelMessageKind.Info).Select(message => message.Source).ToArray());
    }

    [TestMethod]
    public void Channel_StartedAndDisposed_TracesIt()
    {
        ((IHostEnvironment)_ml).Register("Trainer").Start("Training").Dispose();

        var texts = _messages.Where(message => message.Source == "Trainer; Training").Select(message => message.RawMessage).ToArray();
        Assert.HasCount(3, texts);
        Assert.AreEqual("Channel started", texts[0]);
        StringAssert.StartsWith(texts[1], "Channel finished. Elapsed ");
        Assert.AreEqual("Channel disposed", texts[2]);
    }
}
