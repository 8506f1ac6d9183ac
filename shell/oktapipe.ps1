# oktapipe.ps1: functions for PowerShell 7 on Unix. Written by the book and NEVER TRIED: no PowerShell was at hand.
#
#   oktapipe init powershell | Out-String | Invoke-Expression          in the file that $PROFILE names
#
# or this file as it is: `. ./oktapipe.ps1`. oktapipe-init(1) says what the functions take and give: oktapipe_eval, oktapipe_role,
# oktapipe_who, oktapipe_drop, oktapipe_warn.
#
# How it is built, each for a reason:
#   - Cmdlets with their module's name, and programs by Get-Command: no alias or function of that name takes part.
#   - No param(): $args hands --label and the like on as they were typed.
#   - JSON would be simpler to take, but ConvertFrom-Json makes dates of strings that look like one.

# The way to a list of roles, unless OKTAPIPE_LOGIN holds another.
$global:_oktapipe_login = 'oktapipe roles --remember'

function _oktapipe_program {
    Microsoft.PowerShell.Core\Get-Command -Name $args[0] -CommandType Application -TotalCount 1 -ErrorAction Stop
}

# An environment variable cannot be empty here, so for no label there is a variable: $OKTAPIPE_LABEL = ''.
function _oktapipe_label {
    $label = Microsoft.PowerShell.Utility\Get-Variable -Name OKTAPIPE_LABEL -Scope Global -ValueOnly -ErrorAction Ignore
    if ($null -ne $label) { $label } elseif ($env:OKTAPIPE_LABEL) { $env:OKTAPIPE_LABEL } else { 'AWS_VAULT' }
}

# oktapipe_eval { ... | oktapipe assume } [OPTION...]
function oktapipe_eval {
    if ($args.Count -eq 0 -or $args[0] -isnot [scriptblock]) {
        throw 'oktapipe_eval: no pipeline was given: write it as a script block, in braces'
    }
    $pipeline = $args[0]
    $options = @($args | Microsoft.PowerShell.Utility\Select-Object -Skip 1)
    $label = _oktapipe_label
    if ($label) { $options = @("--label=$label") + $options }
    $oktapipe = _oktapipe_program oktapipe
    $code = & $pipeline | & $oktapipe export --format=powershell @options
    $status = $LASTEXITCODE
    # The statement that fails is left out: what is thrown here says more.
    $code = @($code) -match '^(\$env:|Remove-Item Env:)' -replace '^Remove-Item', 'Microsoft.PowerShell.Management\Remove-Item' -join "`n"
    if ($code) { Microsoft.PowerShell.Utility\Invoke-Expression $code }
    $global:LASTEXITCODE = $status
    if ($status -ne 0) { throw "oktapipe_eval: failed with $status" }
}

# oktapipe_role [ROLE] [OPTION...]
function oktapipe_role {
    $login = if ($env:OKTAPIPE_LOGIN) { $env:OKTAPIPE_LOGIN } else { $global:_oktapipe_login }
    $options = @($args)
    $role = @()
    if ($options.Count -gt 0) {
        # A script's empty variable shall not become a question.
        if ("$($options[0])" -eq '') { throw 'oktapipe_role: the role is empty: leave it out to be asked' }
        if (-not "$($options[0])".StartsWith('-')) {
            $role = @("--role=$($options[0])")
            $options = @($options | Microsoft.PowerShell.Utility\Select-Object -Skip 1)
        }
    }
    $sh = _oktapipe_program sh
    $oktapipe = _oktapipe_program oktapipe
    oktapipe_eval { & $sh -c $login | & $oktapipe assume @role }.GetNewClosure() @options
}

function oktapipe_who {
    if (-not $env:AWS_ACCESS_KEY_ID) { throw 'oktapipe_who: no role is set: oktapipe_role sets one' }
    $role = if ($env:OKTAPIPE_ROLE) { $env:OKTAPIPE_ROLE } else { 'unknown role' }
    $region = if ($env:AWS_REGION) { $env:AWS_REGION } elseif ($env:AWS_DEFAULT_REGION) { $env:AWS_DEFAULT_REGION } else { 'no region' }
    $left = _oktapipe_left
    if ($null -eq $left) {
        "$role, $region, end unknown"
    } elseif ($left -gt 0) {
        "$role, $region, $([math]::Floor($left / 60)) min left"
    } else {
        throw "oktapipe_who: $role has ended: oktapipe_role renews it"
    }
}

function oktapipe_drop {
    # Only a label that is ours: aws-vault's own AWS_VAULT is not.
    $label = _oktapipe_label
    if ($label -and $env:OKTAPIPE_ROLE -and [Environment]::GetEnvironmentVariable($label) -ceq $env:OKTAPIPE_ROLE) {
        [Environment]::SetEnvironmentVariable($label, $null)
    }
    foreach ($name in 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN', 'AWS_CREDENTIAL_EXPIRATION',
        'AWS_SESSION_EXPIRATION', 'OKTAPIPE_ROLE', 'OKTAPIPE_EXPIRES_EPOCH') {
        [Environment]::SetEnvironmentVariable($name, $null)
    }
    $global:_oktapipe_warned = $null
}

# Once when five minutes are left, once when none is: $_oktapipe_warned is what was said.
function oktapipe_warn {
    $left = _oktapipe_left
    if ($null -eq $left -or $left -gt 300) { return }
    $said = "$env:OKTAPIPE_EXPIRES_EPOCH $($left -gt 0)"
    if ($global:_oktapipe_warned -eq $said) { return }
    $global:_oktapipe_warned = $said
    $role = if ($env:OKTAPIPE_ROLE) { $env:OKTAPIPE_ROLE } else { 'the role' }
    if ($left -gt 0) {
        [Console]::Error.WriteLine("oktapipe: $role ends in $([math]::Floor(($left + 59) / 60)) min: oktapipe_role renews it")
    } else {
        [Console]::Error.WriteLine("oktapipe: $role has ended: oktapipe_role renews it, oktapipe_drop forgets it")
    }
}

$global:_oktapipe_warned = $null

# Seconds until the role ends, or nothing where that is not known.
function _oktapipe_left {
    $end = [long]0
    if ([long]::TryParse($env:OKTAPIPE_EXPIRES_EPOCH, [ref]$end)) { $end - [DateTimeOffset]::UtcNow.ToUnixTimeSeconds() }
}

# The hook: behind the prompt that was there, which so sees $?; sourced twice, it is there once.
if (-not (Microsoft.PowerShell.Utility\Get-Variable -Name _oktapipe_hooked -Scope Global -ValueOnly -ErrorAction Ignore)) {
    $global:_oktapipe_hooked = $true
    $global:_oktapipe_prompt = $function:prompt
    function global:prompt {
        & $global:_oktapipe_prompt
        oktapipe_warn
    }
}
