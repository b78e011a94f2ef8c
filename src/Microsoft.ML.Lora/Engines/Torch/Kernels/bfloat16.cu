// Numbers in bfloat16, the upper halves of 32-bit ones: two in a word, the lower one first.

// Eight numbers in bfloat16, and back.
static __device__ __forceinline__ void unpack(uint4 bits, float* values)
{
    const unsigned words[4] = {bits.x, bits.y, bits.z, bits.w};
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
        values[2 * i] = __uint_as_float(words[i] << 16);
        values[2 * i + 1] = __uint_as_float(words[i] & 0xffff0000u);
    }
}

// Rounds to nearest, ties to even.
static __device__ __forceinline__ unsigned rounded(float low, float high)
{
    unsigned word;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
    return word;
}

static __device__ __forceinline__ uint4 pack(const float* values)
{
    return make_uint4(rounded(values[0], values[1]), rounded(values[2], values[3]), rounded(values[4], values[5]), rounded(values[6], values[7]));
}
