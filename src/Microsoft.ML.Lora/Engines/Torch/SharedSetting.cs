namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// A setting of the whole process that different work needs in different values: work that needs one value goes on side by side, and in the order of
/// asking work that needs the other waits. What the setting was before comes back when nobody works.
/// </summary>
/// <param name="read">Reads the setting.</param>
/// <param name="write">Writes it.</param>
internal sealed class SharedSetting(Func<bool> read, Action<bool> write)
{
    private readonly object _changing = new();
    private readonly List<object> _waiting = [];
    private readonly List<Thread> _working = [];
    private bool _value;
    private bool _before;

    /// <summary>
    /// Waits until the setting can have a value, and keeps it so. From within work of that value a thread need not wait.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <returns>Gives it back when disposed of.</returns>
    /// <exception cref="InvalidOperationException">The thread keeps the other value, and would wait for itself.</exception>
    public IDisposable Keep(bool value)
    {
        Thread thread = Thread.CurrentThread;
        lock (_changing)
        {
            if (!_working.Contains(thread))
            {
                AwaitTurn(value);
            }
            else if (_value != value)
            {
                throw new InvalidOperationException(
                    $"A model of one {nameof(GpuPrecision)} was asked from within a step or scoring in another, which would wait for it forever. "
                    + "A rate rule or a handler of log messages runs within a step: let it score in the same precision, on the processor, or later.");
            }

            if (_working.Count == 0)
            {
                _before = read();
                write(value);
                _value = value;
            }

            _working.Add(thread);
        }

        return new Kept(this, thread);
    }

    private void AwaitTurn(bool value)
    {
        var turn = new object();
        _waiting.Add(turn);
        try
        {
            while (_waiting[0] != turn || (_working.Count > 0 && _value != value))
            {
                Monitor.Wait(_changing);
            }
        }
        finally
        {
            _waiting.Remove(turn);
            Monitor.PulseAll(_changing);
        }
    }

    private void GiveBack(Thread thread)
    {
        lock (_changing)
        {
            _working.Remove(thread);
            if (_working.Count == 0)
            {
                Monitor.PulseAll(_changing);
                write(_before);
            }
        }
    }

    private sealed class Kept(SharedSetting setting, Thread thread) : IDisposable
    {
        private SharedSetting? _setting = setting;

        public void Dispose() => Interlocked.Exchange(ref _setting, null)?.GiveBack(thread);
    }
}
