using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;

namespace Microsoft.ML.Lora.Tests.Architecture;

/// <summary>The metadata tokens that the instructions of a method name, strings left out.</summary>
internal static class MethodBodyTokens
{
    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    public static IEnumerable<int> Read(BlobReader instructions)
    {
        List<int> tokens = [];
        while (instructions.RemainingBytes > 0)
        {
            int code = instructions.ReadByte();
            if (code == 0xFE)
            {
                code = 0xFE00 | instructions.ReadByte();
            }

            switch (Operands[code])
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok or OperandType.InlineSig:
                    tokens.Add(instructions.ReadInt32());
                    break;
                case OperandType.InlineSwitch:
                    int targets = instructions.ReadInt32();
                    instructions.Offset += sizeof(int) * targets;
                    break;
                case OperandType operand:
                    instructions.Offset += Size(operand);
                    break;
            }
        }

        return tokens;
    }

    private static int Size(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineBrTarget or OperandType.InlineI or OperandType.InlineString or OperandType.ShortInlineR => 4,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => throw new NotSupportedException($"An operand of type {operand} has no size that this reader knows."),
    };
}
