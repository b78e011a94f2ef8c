// Layer normalisation of rows in bfloat16, with the sum before it, and its gradient. Compiled when first used, with HIDDEN, the columns: a multiple
// of 8. A warp has a row and keeps it in registers, so that each number is read once and written once. Sums in 32 bits; a row's result depends on
// that row alone. Compiled behind bfloat16.cu.

#define GROUPS (HIDDEN / 8)
#define CHUNKS ((GROUPS + 31) / 32)
#define ROWS_OF_BLOCK 4

static __device__ __forceinline__ float sum_of_warp(float value)
{
#pragma unroll
    for (int lanes = 16; lanes > 0; lanes >>= 1)
    {
        value += __shfl_xor_sync(0xffffffffu, value, lanes);
    }

    return value;
}

static __device__ __forceinline__ bool holds(int chunk, int lane)
{
    return GROUPS % 32 == 0 || chunk * 32 + lane < GROUPS;
}

// Normalises a row that lies in registers. Statistics: the mean and the reciprocal deviation.
static __device__ __forceinline__ float2 normalize(
    float values[CHUNKS][8], int lane, const uint4* gain, const uint4* bias, uint4* output, float epsilon)
{
    float total = 0;
#pragma unroll
    for (int c = 0; c < CHUNKS; c++)
    {
#pragma unroll
        for (int i = 0; i < 8; i++)
        {
            total += values[c][i];
        }
    }

    const float mean = sum_of_warp(total) / HIDDEN;
    float squares = 0;
#pragma unroll
    for (int c = 0; c < CHUNKS; c++)
    {
        if (holds(c, lane))
        {
#pragma unroll
            for (int i = 0; i < 8; i++)
            {
                const float offset = values[c][i] - mean;
                squares += offset * offset;
            }
        }
    }

    const float reciprocal = rsqrtf(sum_of_warp(squares) / HIDDEN + epsilon);
#pragma unroll
    for (int c = 0; c < CHUNKS; c++)
    {
        if (holds(c, lane))
        {
            float gains[8], biases[8];
            unpack(__ldg(gain + c * 32 + lane), gains);
            unpack(__ldg(bias + c * 32 + lane), biases);
#pragma unroll
            for (int i = 0; i < 8; i++)
            {
                gains[i] = (values[c][i] - mean) * reciprocal * gains[i] + biases[i];
            }

            output[c * 32 + lane] = pack(gains);
        }
    }

    return make_float2(mean, reciprocal);
}

// output = norm(x + residual). Where the gradient will be asked for (keep), x becomes the sum, rounded, and statistics its mean and reciprocal
// deviation, (rows, 2).
extern "C" __global__ void __launch_bounds__(32 * ROWS_OF_BLOCK) add_norm(
    uint4* x, const uint4* residual, const uint4* gain, const uint4* bias, uint4* output, float2* statistics, int rows, float epsilon, int keep)
{
    const int row = blockIdx.x * ROWS_OF_BLOCK + threadIdx.x / 32;
    const int lane = threadIdx.x % 32;
    if (row >= rows)
    {
        return;
    }

    const long long start = (long long)row * GROUPS + lane;
    uint4 own[CHUNKS], other[CHUNKS];
#pragma unroll
    for (int c = 0; c < CHUNKS; c++)
    {
        own[c] = holds(c, lane) ? x[start + c * 32] : make_uint4(0, 0, 0, 0);
        other[c] = holds(c, lane) ? residual[start + c * 32] : make_uint4(0, 0, 0, 0);
    }

    float values[CHUNKS][8];
#pragma unroll
    for (int c = 0; c < CHUNKS; c++)
    {
        float second[8];
        unpack(own[c], values[c]);
        unpack(other[c], second);
#pragma unroll
        for (int i = 0; i < 8; i++)
        {
            values[c][i] += second[i];
        }

        // As the sum would be if it were stored and read again, which its gradient does.
        const uint4 sum = pack(values[c]);
        unpack(sum, values[c]);
        if (keep && holds(c, lane))
        {
            x[start + c * 32] = sum;
        }
    }

    const float2 found = normalize(values, lane, gain, bias, output + (long long)row * GROUPS, epsilon);
    if (keep && lane == 0)
    {
        statistics[row] = found;
    }
}

// output = norm(word + position + segment), rows of tables. Numbers: the row in each table, those of all words first; segments may be absent.
extern "C" __global__ void __launch_bounds__(32 * ROWS_OF_BLOCK) embed_norm(
    const int* numbers, const uint4* words, const uint4* positions, const uint4* segments, const uint4* gain, const uint4* bias, uint4* output,
    int rows, float epsilon)
{
    const int row = blockIdx.x * ROWS_OF_BLOCK + threadIdx.x / 32;
    const int lane = threadIdx.x % 32;
    if (row >= rows)
    {
        return;
    }

    const uint4* word = words + (long long)numbers[row] * GROUPS + lane;
    const uint4* position = positions + (long long)numbers[rows + row] * GROUPS + lane;
    const uint4* segment = segments == nullptr ? nullptr : segments + (long long)numbers[2 * rows + row] * GROUPS + lane;
    float values[CHUNKS][8];
#pragma unroll
    for (int c = 0; c < CHUNKS; c++)
    {
        const bool held = holds(c, lane);
        float second[8], third[8];
        unpack(held ? word[c * 32] : make_uint4(0, 0, 0, 0), values[c]);
        unpack(held ? position[c * 32] : make_uint4(0, 0, 0, 0), second);
        unpack(held && segment != nullptr ? segment[c * 32] : make_uint4(0, 0, 0, 0), third);
#pragma unroll
        for (int i = 0; i < 8; i++)
        {
            values[c][i] += second[i] + third[i];
        }
    }

    normalize(values, lane, gain, bias, output + (long long)row * GROUPS, epsilon);
}

// The gradient by a norm's input, in the place of that by its output. x: the input; statistics: its mean and reciprocal deviation.
extern "C" __global__ void __launch_bounds__(32 * ROWS_OF_BLOCK) norm_gradient(
    uint4* gradient, const uint4* x, const float2* statistics, const uint4* gain, int rows)
{
    const int row = blockIdx.x * ROWS_OF_BLOCK + threadIdx.x / 32;
    const int lane = threadIdx.x % 32;
    if (row >= rows)
    {
        return;
    }

    const long long start = (long long)row * GROUPS + lane;
    uint4 outer[CHUNKS], inner[CHUNKS];
#pragma unroll
    for (int c = 0; c < CHUNKS; c++)
    {
        outer[c] = holds(c, lane) ? gradient[start + c * 32] : make_uint4(0, 0, 0, 0);
        inner[c] = holds(c, lane) ? x[start + c * 32] : make_uint4(0, 0, 0, 0);
    }

    const float2 found = statistics[row];
    float scaled[CHUNKS][8], normal[CHUNKS][8];
    float total = 0, along = 0;
#pragma unroll
    for (int c = 0; c < CHUNKS; c++)
    {
        float gains[8];
        unpack(holds(c, lane) ? __ldg(gain + c * 32 + lane) : make_uint4(0, 0, 0, 0), gains);
        unpack(outer[c], scaled[c]);
        unpack(inner[c], normal[c]);
#pragma unroll
        for (int i = 0; i < 8; i++)
        {
            scaled[c][i] *= gains[i];
            normal[c][i] = (normal[c][i] - found.x) * found.y;
            total += scaled[c][i];
            along += scaled[c][i] * normal[c][i];
        }
    }

    total = sum_of_warp(total) / HIDDEN;
    along = sum_of_warp(along) / HIDDEN;
#pragma unroll
    for (int c = 0; c < CHUNKS; c++)
    {
        if (holds(c, lane))
        {
#pragma unroll
            for (int i = 0; i < 8; i++)
            {
                scaled[c][i] = found.y * (scaled[c][i] - total - normal[c][i] * along);
            }

            gradient[start + c * 32] = pack(scaled[c]);
        }
    }
}
