#!/usr/bin/env bash
# Everything CI checks, in one command: format, build, tests, tests with fewer vector instructions, two samples.
# LORAML_REQUIRE_TORCH=1 or LORAML_REQUIRE_GPU=1 makes tests fail that lack TorchSharp's native parts or a GPU (CONTRIBUTING.md).
# Needs the .NET SDK only. Ends with the counts of the main test run; exits 1 if any step failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en

results="$PWD/artifacts/test-results"
failed_steps=""
rm -rf "$results"

# step NAME COMMAND...: runs it without input; a failure is remembered and told again at the end.
step() {
  local name="$1" start=$SECONDS
  shift
  printf '\n== %s: %s\n' "$name" "$*"
  if "$@" </dev/null; then
    printf '== %s: passed in %s s\n' "$name" $((SECONDS - start))
  else
    printf '== %s: FAILED in %s s\n' "$name" $((SECONDS - start))
    failed_steps="$failed_steps  $name: $*"$'\n'
    return 1
  fi
}

# counts FOLDER: "passed failed skipped assemblies" over the trx reports below it.
# A report's own counters leave inconclusive tests out, so skipped is what was found and not executed.
counts() {
  find "$1" -name '*.trx' -exec sed -n 's/.*<Counters \([^>]*\)>.*/\1/p' {} + 2>/dev/null | awk '
    function value(name) { return match($0, " " name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) + 0 : 0 }
    { $0 = " " $0; total += value("total"); executed += value("executed"); passed += value("passed"); if (value("total") > 0) assemblies++ }
    END { print passed + 0, executed - passed, total - executed, assemblies + 0 }'
}

# every_assembly_reported FOLDER NUMBER: a test run that found nothing must not pass for a good one.
every_assembly_reported() {
  local reported
  reported=$(counts "$1" | cut -d ' ' -f 4)
  echo "$reported of $(($2)) test assemblies reported tests in $1"
  [ "$reported" -eq "$2" ]
}

# tests_without NAME SWITCH BITS: the kernels' and the engine's tests again, with instructions switched off that not every machine has.
# A test fails if vectors of more bits than these are still accelerated, so a switch that does nothing is noticed.
tests_without() {
  local folder="$results/without-$1"
  step "tests without $1" env "$2=0" "LORAML_TESTS_VECTOR_BITS=$3" dotnet test test/Microsoft.ML.Lora.Tests --no-build \
    --filter 'TestCategory=Kernels|TestCategory=Engine' --logger trx "-p:TestResultsRoot=$folder/"
  step "tests without $1 reported" every_assembly_reported "$folder" 1
}

# trains_nothing COMMAND...: an ablation that is run again finds all its trainings finished.
trains_nothing() {
  local said
  said=$("$@") || return 1
  printf '%s\n' "$said"
  grep -q ' finished before, 0 to train' <<<"$said"
}

if step restore dotnet restore; then
  step format dotnet format whitespace --verify-no-changes --no-restore
  if step build dotnet build --no-restore; then
    step tests dotnet test --no-build --logger trx "-p:TestResultsRoot=$results/all/"
    step 'tests reported' every_assembly_reported "$results/all" "$(find test -name '*.Tests.csproj' | wc -l)"

    tests_without AVX-512 DOTNET_EnableAVX512 256
    tests_without AVX2 DOTNET_EnableAVX2 128
    tests_without SIMD DOTNET_EnableHWIntrinsic 0

    step QuickStart dotnet run -c Release --project src/Samples/QuickStart -- --budget small
    rm -rf artifacts/ablation
    ablation=(dotnet run -c Release --project src/Samples/Ablation -- --pairs 64 --epochs 1 --methods ours,plain --ranks 1 --seeds 1 --output artifacts/ablation)
    step Ablation "${ablation[@]}"
    step 'Ablation again' trains_nothing "${ablation[@]}"
  fi
fi

if [ -n "$failed_steps" ]; then
  printf '\nFailed:\n%s' "$failed_steps"
fi
read -r passed failed skipped _ <<<"$(counts "$results/all")"
printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ -z "$failed_steps" ]
