// Products of 16 × 16 parts of matrices in shared memory, in bfloat16 with sums in 32 bits, for kernels of attention: a block of WARPS warps has HEAD, the
// numbers of a head's vector, and TILE, the most rows. Compiled behind bfloat16.cu.

#define WARPS (TILE / 16)
#define THREADS (32 * WARPS)

// Rows in shared memory are 16 bytes longer than what they hold: eight of them, which are read at once, then lie in different banks.
#define STEP (HEAD + 8)
#define SCORE_STEP (TILE + 8)

typedef unsigned short bfloat;

static __device__ __forceinline__ unsigned shared_address(const void* pointer)
{
    unsigned address;
    asm("{ .reg .u64 wide; cvta.to.shared.u64 wide, %1; cvt.u32.u64 %0, wide; }" : "=r"(address) : "l"(pointer));
    return address;
}

// Four matrices of 8 × 8 numbers, whose rows the lanes point to, eight lanes a matrix. A lane gets two numbers of a row of each.
static __device__ __forceinline__ void load_matrices(unsigned* words, const bfloat* row)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3])
                 : "r"(shared_address(row))
                 : "memory");
}

// The same, transposed: two numbers of a column of each.
static __device__ __forceinline__ void load_transposed(unsigned* words, const bfloat* row)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3])
                 : "r"(shared_address(row))
                 : "memory");
}

// sums (16 × 8) += a (16 × 16) · b (16 × 8).
static __device__ __forceinline__ void multiply_add(float* sums, const unsigned* a, const unsigned* b)
{
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

static __device__ __forceinline__ float power_of_two(float x)
{
    float value;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(value) : "f"(x));
    return value;
}

static __device__ __forceinline__ float logarithm_of_two(float x)
{
    float value;
    asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(value) : "f"(x));
    return value;
}

// The four lanes that share a row of a product.
static __device__ __forceinline__ float most_of_four(float value)
{
    value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, 1));
    return fmaxf(value, __shfl_xor_sync(0xffffffffu, value, 2));
}

static __device__ __forceinline__ float sum_of_four(float value)
{
    value += __shfl_xor_sync(0xffffffffu, value, 1);
    return value + __shfl_xor_sync(0xffffffffu, value, 2);
}

// Rows of 16 numbers and their places: as the left operand, row by row; as the left operand transposed; as the right operand, column by column; and as
// the right operand, row by row. Each time a 16 × 16 part of a matrix in shared memory, whose first row and column are given.
static __device__ __forceinline__ const bfloat* left(const bfloat* matrix, int step, int row, int column, int lane)
{
    return matrix + (row + lane % 16) * step + column + lane / 16 * 8;
}

static __device__ __forceinline__ const bfloat* crossed(const bfloat* matrix, int step, int row, int column, int lane)
{
    return matrix + (row + lane % 8 + lane / 16 * 8) * step + column + lane / 8 % 2 * 8;
}

// Begins to copy a head's vectors into shared memory; rows up to the next multiple of 16 become zero.
static __device__ __forceinline__ void fetch(bfloat* target, const bfloat* source, int step, int count)
{
    const int rows = (count + 15) / 16 * 16;
#pragma unroll 4
    for (int i = threadIdx.x; i < rows * (HEAD / 8); i += THREADS)
    {
        const int row = i / (HEAD / 8);
        const int part = i % (HEAD / 8) * 8;
        const bfloat* from = source + (row < count ? (long long)row * step + part : 0);
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" : : "r"(shared_address(target + row * STEP + part)), "l"(from), "r"(row < count ? 16 : 0) : "memory");
    }
}

static __device__ __forceinline__ void wait_for_fetches()
{
    asm volatile("cp.async.wait_all;" : : : "memory");
    __syncthreads();
}

// Rounds 16 rows of a product into shared memory, and copies those that there are from there to where they belong.
static __device__ __forceinline__ void put(
    float sums[HEAD / 8][4], float first, float second, bfloat* room, bfloat* target, int step, int row, int count, int lane)
{
#pragma unroll
    for (int n = 0; n < HEAD / 8; n++)
    {
        unsigned* place = (unsigned*)(room + (row + lane / 4) * STEP + n * 8 + lane % 4 * 2);
        place[0] = rounded(sums[n][0] * first, sums[n][1] * first);
        place[4 * STEP] = rounded(sums[n][2] * second, sums[n][3] * second);
    }

    __syncwarp();
    for (int i = lane; i < 16 * (HEAD / 8); i += 32)
    {
        const int at = row + i / (HEAD / 8);
        const int part = i % (HEAD / 8) * 8;
        if (at < count)
        {
            *(uint4*)(target + (long long)at * step + part) = *(const uint4*)(room + at * STEP + part);
        }
    }
}

// sums (16 × HEAD) += part (16 × 16) · rows (16 × HEAD), which begin at a row.
static __device__ __forceinline__ void multiply_rows(float sums[HEAD / 8][4], const unsigned* part, const bfloat* rows, int row, int lane)
{
#pragma unroll
    for (int n = 0; n < HEAD / 16; n++)
    {
        unsigned words[4];
        load_transposed(words, left(rows, STEP, row, n * 16, lane));
        multiply_add(sums[2 * n], part, words);
        multiply_add(sums[2 * n + 1], part, words + 2);
    }
}

// 16 queries by 16 keys, or the like: the products of rows' vectors.
static __device__ __forceinline__ void multiply_vectors(float sums[2][4], unsigned own[HEAD / 16][4], const bfloat* rows, int row, int lane)
{
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
        sums[0][i] = sums[1][i] = 0;
    }

#pragma unroll
    for (int k = 0; k < HEAD / 16; k++)
    {
        unsigned words[4];
        load_matrices(words, crossed(rows, STEP, row, k * 16, lane));
        multiply_add(sums[0], own[k], words);
        multiply_add(sums[1], own[k], words + 2);
    }
}

// Writes 16 × 16 numbers of a (queries × keys) matrix, rounded, to shared memory.
static __device__ __forceinline__ void note(const unsigned* words, bfloat* target, int row, int column, int lane)
{
    unsigned* place = (unsigned*)(target + (row + lane / 4) * SCORE_STEP + column + lane % 4 * 2);
    place[0] = words[0];
    place[4 * SCORE_STEP] = words[1];
    place[4] = words[2];
    place[4 * SCORE_STEP + 4] = words[3];
}
