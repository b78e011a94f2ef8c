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
    private long _asked;
    private long _served;
    private int _working;
    private bool _value;
    private bool _before;

    /// <summary>Waits until the setting can have a value, and keeps it so. Not to be asked for another value before the first is given back.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Gives it back when disposed of.</returns>
    public IDisposable Keep(bool value)
    {
        lock (_changing)
        {
            long turn = _asked++;
            while (turn != _served || (_working > 0 && _value != value))
            {
                Monitor.Wait(_changing);
            }

            _served++;
            Monitor.PulseAll(_changing);
            if (_working == 0)
            {
                _before = read();
                write(value);
                _value = value;
            }

            _working++;
        }

        return new Kept(this);
    }

    private void GiveBack()
    {
        lock (_changing)
        {
            _working--;
            if (_working == 0)
            {
                write(_before);
                Monitor.PulseAll(_changing);
            }
        }
    }

    private sealed class Kept(SharedSetting setting) : IDisposable
    {
        private SharedSetting? _setting = setting;

        public void Dispose() => Interlocked.Exchange(ref _setting, null)?.GiveBack();
    }
}
