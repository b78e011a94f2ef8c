#!/usr/bin/env bash
# Measures the managed engine, alone and beside its peers, and writes test/Microsoft.ML.Lora.Benchmarks/results.
#
#   build/bench.sh [quick|full] [--python PROGRAM] [--results FOLDER] [-- ARGUMENTS FOR DOTNET BUILD...]
#
# quick (the default) takes some twenty minutes on two cores, full some hours and BenchmarkDotNet over every kernel besides.
# Needs the .NET SDK; peers run where a Python with torch is found (build/references). Measure on a machine that does nothing else.
# Exits 1 if any step failed; the others are run all the same.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en

project=test/Microsoft.ML.Lora.Benchmarks
published="$PWD/artifacts/bench-ready-to-run"
results="$PWD/$project/results"
mode=quick
python=()

usage() {
  sed -n '4p' "$0" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case "$1" in
    quick | full) mode="$1" ;;
    --python) [ $# -gt 1 ] || usage; python=(--python "$2"); shift ;;
    --results) [ $# -gt 1 ] || usage; results="$2"; shift ;;
    --) shift; break ;;
    *) usage ;;
  esac
  shift
done

if [ "$mode" = full ]; then
  seconds=20 rounds=5 sweep_seconds=5 starts=30
else
  seconds=3 rounds=3 sweep_seconds=1 starts=15
fi

failed_steps=""

# step NAME COMMAND...: runs it without input; a failure is remembered and told again at the end.
step() {
  local name="$1" start=$SECONDS
  shift
  printf '\n== %s: %s\n' "$name" "$*"
  if "$@" </dev/null; then
    printf '== %s: done in %s s\n' "$name" $((SECONDS - start))
  else
    printf '== %s: FAILED in %s s\n' "$name" $((SECONDS - start))
    failed_steps="$failed_steps  $name: $*"$'\n'
    return 1
  fi
}

step build dotnet build "$project" -c Release "$@" || exit 1
program=$(dotnet msbuild "$project" -getProperty:TargetPath -p:Configuration=Release "$@")
run() {
  step "$1" dotnet "$program" "$@" --results "$results"
}

run compare --seconds "$seconds" --rounds "$rounds" ${python[@]+"${python[@]}"}
run products --rounds "$rounds" ${python[@]+"${python[@]}"}
run memory --seconds "$seconds"
if step publish dotnet publish "$project" -c Release --use-current-runtime --self-contained false -p:PublishReadyToRun=true -o "$published" "$@"; then
  run starts --runs "$starts" --ready-to-run "$published/Microsoft.ML.Lora.Benchmarks.dll"
fi
run latency --seconds "$seconds"
run cost --seconds "$sweep_seconds"
if [ "$mode" = full ]; then
  run kernels
fi

printf '\nResults are in %s\n' "$results"
if [ -n "$failed_steps" ]; then
  printf '\nFailed:\n%s' "$failed_steps"
  exit 1
fi
