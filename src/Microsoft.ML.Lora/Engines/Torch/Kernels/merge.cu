// Matrices with their low-rank updates, W = W0 + share * B A, rounded to bfloat16. All matrices of one shape at once; sums in 32 bits.

#define ROWS 8
#define THREADS 64
#define MOST_TARGETS 4

// Where the matrices of each kind lie: that of the first layer, and numbers from one layer to the next, both in bfloat16.
struct Places
{
    unsigned short* first[MOST_TARGETS];
    long long step[MOST_TARGETS];
};

static __device__ __forceinline__ void add(float4& sum, float factor, float4 values)
{
    sum.x += factor * values.x;
    sum.y += factor * values.y;
    sum.z += factor * values.z;
    sum.w += factor * values.w;
}

// frozen: W0, (matrices, rows, columns); a: (matrices, rank, columns); b: (matrices, rows, rank), all in 32 bits; a layer's matrices of all kinds come
// one behind the other. Columns: a multiple of 4. A block has ROWS rows, and a thread 4 columns of them.
extern "C" __global__ void __launch_bounds__(THREADS) merge(
    const float4* frozen, const float4* a, const float* b, Places to, int kinds, int rank, int rows, int columns, float share)
{
    extern __shared__ float4 factors[];
    const int matrix = blockIdx.z;
    const int row = blockIdx.y * ROWS;
    const int quads = columns / 4;
    const int quad = blockIdx.x * THREADS + threadIdx.x;

    // B's rows, ROWS numbers side by side for each column.
    float* turned = (float*)factors;
    for (int i = threadIdx.x; i < ROWS * rank; i += THREADS)
    {
        const int own = i / rank;
        turned[i % rank * ROWS + own] = row + own < rows ? b[((long long)matrix * rows + row + own) * rank + i % rank] : 0;
    }

    __syncthreads();
    if (quad >= quads)
    {
        return;
    }

    const float4* from = frozen + ((long long)matrix * rows + row) * quads + quad;
    float4 values[ROWS], sums[ROWS];
#pragma unroll
    for (int i = 0; i < ROWS; i++)
    {
        values[i] = row + i < rows ? from[(long long)i * quads] : float4{0, 0, 0, 0};
        sums[i] = float4{0, 0, 0, 0};
    }

    const float4* across = a + (long long)matrix * rank * quads + quad;
    for (int k = 0; k < rank; k++)
    {
        const float4 own = across[(long long)k * quads];
        const float4 upper = factors[2 * k];
        const float4 lower = factors[2 * k + 1];
        add(sums[0], upper.x, own);
        add(sums[1], upper.y, own);
        add(sums[2], upper.z, own);
        add(sums[3], upper.w, own);
        add(sums[4], lower.x, own);
        add(sums[5], lower.y, own);
        add(sums[6], lower.z, own);
        add(sums[7], lower.w, own);
    }

    const int kind = matrix % kinds;
    uint2* result = (uint2*)(to.first[kind] + matrix / kinds * to.step[kind]) + (long long)row * quads + quad;
#pragma unroll
    for (int i = 0; i < ROWS; i++)
    {
        if (row + i < rows)
        {
            add(values[i], share, sums[i]);
            result[(long long)i * quads] = uint2{rounded(values[i].x, values[i].y), rounded(values[i].z, values[i].w)};
        }
    }
}
