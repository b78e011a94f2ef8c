// Attention within sequences that lie one behind the other, in bfloat16 with sums in 32 bits, and its gradient. Compiled when first used, behind
// tiles.cu, with HEAD, the numbers of a head's vector: 16, 32, 48 or 64; and TILE, the most tokens of a sequence: 64 or 128. A block has one head
// of one sequence, whose vectors it holds in shared memory, so that each number is read once and written once; a warp has 16 queries, and in the
// gradient 16 keys besides. What a block computes depends on its sequence alone.

// Blocks that shall fit on a multiprocessor, by the registers that they are left: the more there are, the more memory is under way.
#define BLOCKS (TILE == 64 ? 4 : 1)
#define BLOCKS_OF_GRADIENT (TILE == 64 ? 4 : 1)

// Attends, for the sequences longer than `least` tokens and at most TILE. Queries, keys and values begin at the first head's of the first row, and
// have a step from row to row; starts: where each sequence's rows begin, and behind the last. Output: (rows of queries, HEAD · heads). Logs: for each
// head and query the binary logarithm of its weights' sum. Scale: what products of vectors count, times log₂ e.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) attend(
    const bfloat* queries, int query_step, const bfloat* keys, const bfloat* values, int step, const int* query_starts, const int* starts,
    bfloat* output, float* logs, int query_rows, float scale, int least)
{
    extern __shared__ uint4 room[];
    const int first = starts[blockIdx.x];
    const int count = starts[blockIdx.x + 1] - first;
    if (count <= least || count > TILE)
    {
        return;
    }

    const int query_first = query_starts[blockIdx.x];
    const int query_count = query_starts[blockIdx.x + 1] - query_first;
    const int head = blockIdx.y * HEAD;
    bfloat* own_queries = (bfloat*)room;
    bfloat* own_keys = own_queries + TILE * STEP;
    bfloat* own_values = own_keys + TILE * STEP;
    fetch(own_queries, queries + (long long)query_first * query_step + head, query_step, query_count);
    fetch(own_keys, keys + (long long)first * step + head, step, count);
    fetch(own_values, values + (long long)first * step + head, step, count);
    wait_for_fetches();

    const int lane = threadIdx.x % 32;
    const int row = threadIdx.x / 32 * 16;
    if (row >= query_count)
    {
        return;
    }

    unsigned vectors[HEAD / 16][4];
#pragma unroll
    for (int k = 0; k < HEAD / 16; k++)
    {
        load_matrices(vectors[k], left(own_queries, STEP, row, k * 16, lane));
    }

    const float nothing = __uint_as_float(0xff800000u);
    float scores[TILE / 16][2][4];
    float most[2] = {nothing, nothing};
#pragma unroll
    for (int n = 0; n < TILE / 16; n++)
    {
        if (n * 16 < count)
        {
            multiply_vectors(scores[n], vectors, own_keys, n * 16, lane);
#pragma unroll
            for (int i = 0; i < 8; i++)
            {
                float* score = &scores[n][i / 4][i % 4];
                const int key = n * 16 + i / 4 * 8 + lane % 4 * 2 + i % 2;
                *score = key < count ? *score * scale : nothing;
                most[i / 2 % 2] = fmaxf(most[i / 2 % 2], *score);
            }
        }
    }

    most[0] = most_of_four(most[0]);
    most[1] = most_of_four(most[1]);
    float totals[2] = {0, 0};
    float sums[HEAD / 8][4] = {};
#pragma unroll
    for (int n = 0; n < TILE / 16; n++)
    {
        if (n * 16 < count)
        {
#pragma unroll
            for (int i = 0; i < 8; i++)
            {
                float* score = &scores[n][i / 4][i % 4];
                *score = power_of_two(*score - most[i / 2 % 2]);
                totals[i / 2 % 2] += *score;
            }

            const unsigned weights[4] = {
                rounded(scores[n][0][0], scores[n][0][1]), rounded(scores[n][0][2], scores[n][0][3]), rounded(scores[n][1][0], scores[n][1][1]),
                rounded(scores[n][1][2], scores[n][1][3])};
            multiply_rows(sums, weights, own_values, n * 16, lane);
        }
    }

    totals[0] = sum_of_four(totals[0]);
    totals[1] = sum_of_four(totals[1]);
#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        const int at = row + lane / 4 + half * 8;
        if (lane % 4 == 0 && at < query_count)
        {
            logs[(long long)blockIdx.y * query_rows + query_first + at] = most[half] + logarithm_of_two(totals[half]);
        }
    }

    const int width = HEAD * gridDim.y;
    put(sums, 1 / totals[0], 1 / totals[1], own_queries, output + (long long)query_first * width + head, width, row, query_count, lane);
}

// The gradient: gradient and output (rows of queries, HEAD · heads), logs as above; by_queries, by_keys and by_values lie as queries, keys and values
// do. Share: what products of vectors count; scale is that times log₂ e.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS_OF_GRADIENT) attend_gradient(
    const bfloat* gradient, const bfloat* output, const float* logs, const bfloat* queries, int query_step, const bfloat* keys, const bfloat* values,
    int step, const int* query_starts, const int* starts, bfloat* by_queries, bfloat* by_keys, bfloat* by_values, int query_rows, float scale,
    float share, int least)
{
    extern __shared__ uint4 room[];
    const int first = starts[blockIdx.x];
    const int count = starts[blockIdx.x + 1] - first;
    if (count <= least || count > TILE)
    {
        return;
    }

    const int query_first = query_starts[blockIdx.x];
    const int query_count = query_starts[blockIdx.x + 1] - query_first;
    const int head = blockIdx.y * HEAD;
    const int width = HEAD * gridDim.y;
    bfloat* own_queries = (bfloat*)room;
    bfloat* own_keys = own_queries + TILE * STEP;
    bfloat* own_values = own_keys + TILE * STEP;
    bfloat* own_gradient = own_values + TILE * STEP;
    bfloat* weights = own_gradient + TILE * STEP;
    bfloat* slopes = weights + TILE * SCORE_STEP;
    float* along = (float*)(slopes + TILE * SCORE_STEP);
    fetch(own_queries, queries + (long long)query_first * query_step + head, query_step, query_count);
    fetch(own_keys, keys + (long long)first * step + head, step, count);
    fetch(own_values, values + (long long)first * step + head, step, count);
    fetch(own_gradient, gradient + (long long)query_first * width + head, width, query_count);

    const int lane = threadIdx.x % 32;
    const int row = threadIdx.x / 32 * 16;

    // Of each query's output half a lane; two lanes a query.
    const int at = row + lane / 2;
    uint4 found[HEAD / 16];
#pragma unroll
    for (int i = 0; i < HEAD / 16; i++)
    {
        found[i] = at < query_count
            ? *(const uint4*)(output + (long long)(query_first + at) * width + head + lane % 2 * (HEAD / 2) + i * 8)
            : make_uint4(0, 0, 0, 0);
    }

    wait_for_fetches();
    float for_queries[HEAD / 8][4] = {};
    if (row < query_count)
    {
        // Of each query, its gradient along its output.
        float sum = 0;
#pragma unroll
        for (int i = 0; i < HEAD / 16; i++)
        {
            float a[8], b[8];
            unpack(found[i], a);
            unpack(*(const uint4*)(own_gradient + at * STEP + lane % 2 * (HEAD / 2) + i * 8), b);
#pragma unroll
            for (int j = 0; j < 8; j++)
            {
                sum += a[j] * b[j];
            }
        }

        sum += __shfl_xor_sync(0xffffffffu, sum, 1);
        if (lane % 2 == 0)
        {
            along[at] = sum;
        }

        __syncwarp();
        unsigned vectors[HEAD / 16][4], slope_vectors[HEAD / 16][4];
#pragma unroll
        for (int k = 0; k < HEAD / 16; k++)
        {
            load_matrices(vectors[k], left(own_queries, STEP, row, k * 16, lane));
            load_matrices(slope_vectors[k], left(own_gradient, STEP, row, k * 16, lane));
        }

        float log_sums[2], totals[2];
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            const int query = row + lane / 4 + half * 8;
            totals[half] = along[query];

            // Without a query there are no weights.
            log_sums[half] = query < query_count ? logs[(long long)blockIdx.y * query_rows + query_first + query] : __uint_as_float(0x7f800000u);
        }

        for (int key = 0; key < count; key += 16)
        {
            float scores[2][4], products[2][4];
            multiply_vectors(scores, vectors, own_keys, key, lane);
            multiply_vectors(products, slope_vectors, own_values, key, lane);
#pragma unroll
            for (int i = 0; i < 8; i++)
            {
                const int half = i / 2 % 2;
                float* score = &scores[i / 4][i % 4];
                *score = key + i / 4 * 8 + lane % 4 * 2 + i % 2 < count ? power_of_two(*score * scale - log_sums[half]) : 0;
                products[i / 4][i % 4] = *score * (products[i / 4][i % 4] - totals[half]);
            }

            unsigned some_weights[4], some_slopes[4];
#pragma unroll
            for (int i = 0; i < 4; i++)
            {
                some_weights[i] = rounded(scores[i / 2][i % 2 * 2], scores[i / 2][i % 2 * 2 + 1]);
                some_slopes[i] = rounded(products[i / 2][i % 2 * 2], products[i / 2][i % 2 * 2 + 1]);
            }

            note(some_weights, weights, row, key, lane);
            note(some_slopes, slopes, row, key, lane);
            multiply_rows(for_queries, some_slopes, own_keys, key, lane);
        }
    }

    // From here on a warp has 16 keys: they gather from all queries.
    float for_values[HEAD / 8][4] = {}, for_keys[HEAD / 8][4] = {};
    __syncthreads();
    if (row < count)
    {
        for (int query = 0; query < query_count; query += 16)
        {
            unsigned part[4];
            load_transposed(part, crossed(weights, SCORE_STEP, query, row, lane));
            multiply_rows(for_values, part, own_gradient, query, lane);
            load_transposed(part, crossed(slopes, SCORE_STEP, query, row, lane));
            multiply_rows(for_keys, part, own_queries, query, lane);
        }
    }

    __syncthreads();
    if (row < query_count)
    {
        put(for_queries, share, share, own_queries, by_queries + (long long)query_first * query_step + head, query_step, row, query_count, lane);
    }

    if (row < count)
    {
        put(for_keys, share, share, own_keys, by_keys + (long long)first * step + head, step, row, count, lane);
        put(for_values, 1, 1, own_values, by_values + (long long)first * step + head, step, row, count, lane);
    }
}
