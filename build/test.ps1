# The same as test.sh, for PowerShell: format, build, tests, tests with fewer vector instructions, two samples.
# LORAML_REQUIRE_TORCH=1 or LORAML_REQUIRE_GPU=1 makes tests fail that lack TorchSharp's native parts or a GPU (CONTRIBUTING.md).
# Needs the .NET SDK only. Ends with the counts of the main test run; exits 1 if any step failed.
Set-StrictMode -Version Latest
Set-Location (Join-Path $PSScriptRoot '..')
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_CLI_UI_LANGUAGE = 'en'

$results = Join-Path (Get-Location) 'artifacts/test-results'
$failedSteps = [System.Collections.Generic.List[string]]::new()
if (Test-Path $results) { Remove-Item $results -Recurse -Force }

# Runs dotnet with its output on the screen; a failure is remembered and told again at the end.
function Step([string] $name, [string[]] $arguments) {
    Write-Host "`n== ${name}: dotnet $arguments"
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    & dotnet @arguments | Out-Host
    $passed = $LASTEXITCODE -eq 0
    $outcome = if ($passed) { 'passed' } else { 'FAILED' }
    Write-Host "== ${name}: $outcome in $([int]$clock.Elapsed.TotalSeconds) s"
    if (-not $passed) { $failedSteps.Add("  ${name}: dotnet $arguments") }
    return $passed
}

# The counts over the trx reports below a folder.
# A report's own counters leave inconclusive tests out, so skipped is what was found and not executed.
function Counts([string] $folder) {
    $counts = @{ Passed = 0; Failed = 0; Skipped = 0; Assemblies = 0 }
    if (-not (Test-Path $folder)) { return $counts }
    foreach ($report in Get-ChildItem $folder -Filter *.trx -Recurse) {
        $counters = ([xml](Get-Content $report.FullName -Raw)).TestRun.ResultSummary.Counters
        $counts.Passed += [int]$counters.passed
        $counts.Failed += [int]$counters.executed - [int]$counters.passed
        $counts.Skipped += [int]$counters.total - [int]$counters.executed
        if ([int]$counters.total -gt 0) { $counts.Assemblies++ }
    }
    return $counts
}

# A test run that found nothing must not pass for a good one.
function EveryAssemblyReported([string] $name, [string] $folder, [int] $expected) {
    $reported = (Counts $folder).Assemblies
    Write-Host "`n== ${name}: $reported of $expected test assemblies reported tests in $folder"
    if ($reported -ne $expected) { $failedSteps.Add("  ${name}: $reported of $expected test assemblies reported tests in $folder") }
}

# The kernels' and the engine's tests again, with instructions switched off that not every machine has.
# A test fails if vectors of more bits than these are still accelerated, so a switch that does nothing is noticed.
function TestsWithout([string] $name, [string] $variable, [int] $bits) {
    $folder = "$results/without-$name"
    Set-Item "Env:$variable" '0'
    $env:LORAML_TESTS_VECTOR_BITS = "$bits"
    $null = Step "tests without $name" @('test', 'test/Microsoft.ML.Lora.Tests', '--no-build',
        '--filter', 'TestCategory=Kernels|TestCategory=Engine', '--logger', 'trx', "-p:TestResultsRoot=$folder/")
    Remove-Item "Env:$variable", Env:LORAML_TESTS_VECTOR_BITS
    EveryAssemblyReported "tests without $name reported" $folder 1
}

# An ablation that is run again finds all its trainings finished.
function TrainsNothing([string] $name, [string[]] $arguments) {
    Write-Host "`n== ${name}: dotnet $arguments"
    $said = & dotnet @arguments | Out-String
    Write-Host $said
    if ($LASTEXITCODE -ne 0 -or $said -notmatch ' finished before, 0 to train') { $failedSteps.Add("  ${name}: dotnet $arguments") }
}

if (Step 'restore' @('restore')) {
    $null = Step 'format' @('format', 'whitespace', '--verify-no-changes', '--no-restore')
    if (Step 'build' @('build', '--no-restore')) {
        $testProjects = @(Get-ChildItem test -Filter *.Tests.csproj -Recurse)
        $null = Step 'tests' @('test', '--no-build', '--logger', 'trx', "-p:TestResultsRoot=$results/all/")
        EveryAssemblyReported 'tests reported' "$results/all" $testProjects.Count

        TestsWithout 'AVX-512' 'DOTNET_EnableAVX512' 256
        TestsWithout 'AVX2' 'DOTNET_EnableAVX2' 128
        TestsWithout 'SIMD' 'DOTNET_EnableHWIntrinsic' 0

        $null = Step 'QuickStart' @('run', '-c', 'Release', '--project', 'src/Samples/QuickStart', '--', '--budget', 'small')
        if (Test-Path artifacts/ablation) { Remove-Item artifacts/ablation -Recurse -Force }
        $ablation = @('run', '-c', 'Release', '--project', 'src/Samples/Ablation', '--', '--pairs', '64', '--epochs', '1',
            '--methods', 'ours,plain', '--ranks', '1', '--seeds', '1', '--output', 'artifacts/ablation')
        if (Step 'Ablation' $ablation) { TrainsNothing 'Ablation again' $ablation }
    }
}

if ($failedSteps.Count -gt 0) { Write-Host "`nFailed:`n$($failedSteps -join "`n")" }
$counts = Counts "$results/all"
Write-Host "`n$($counts.Passed) passed, $($counts.Failed) failed, $($counts.Skipped) skipped"
exit [int]($failedSteps.Count -gt 0)
