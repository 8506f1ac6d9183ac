# oktapipe.bash: completion of oktapipe and of its shell functions, for bash.
# shellcheck shell=bash
#
# Source it, or put it where bash-completion looks for it at the first TAB:
#     oktapipe completions bash > ~/.local/share/bash-completion/completions/oktapipe
#
# The candidates are those of `oktapipe complete`. What is done here is what bash and readline leave to do: the words are taken from the
# line itself, because COMP_WORDS is cut at every colon and equals sign (or not: COMP_WORDBREAKS is the user's), and a candidate is
# quoted as the place needs it where it is put. Nothing that is typed or offered is evaluated.
#
# For bash 3.2 and newer; tried with 5.2.

_oktapipe() {
  # `word` is what is being typed, without its quotes; of it, the first `kept` characters stay on the line, and readline replaces the rest.
  local line=${COMP_LINE:0:COMP_POINT} words=() word='' kept=0 outside=0 begun='' quote='' skip='' char i candidate out
  COMPREPLY=()
  for ((i = 0; i < ${#line}; i++)); do
    char=${line:i:1}
    case $quote:$char in
      "':'" | '":"') quote='' kept=$outside ;;
      \":\\)
        # Within double quotes a backslash is itself unless it stands before one of these.
        [[ ${line:i+1:1} == [\$\`\"\\] ]] && ((++i))
        word+=${line:i:1}
        ;;
      \':* | \":*) word+=$char ;;
      :\\)
        ((++i))
        word+=${line:i:1} begun=1
        ;;
      :\' | :\")
        # In $'...' other rules hold.
        [[ $word == *\$ ]] && return 0
        quote=$char outside=$kept kept=${#word} begun=1
        ;;
      :[[:blank:]] | :$'\n')
        [[ -z $begun || -n $skip ]] || words+=("$word")
        [[ -z $begun ]] || skip=''
        word='' kept=0 begun=''
        ;;
      :[\<\>])
        # A redirection is no argument, and neither is what it names.
        [[ -z $begun || $word != *[!0-9]* ]] || words+=("$word")
        word='' kept=0 begun='' skip=1
        [[ ${line:i+1:1} == [\<\>\&\|] ]] && ((++i))
        ;;
      *)
        word+=$char begun=1
        # readline takes an at sign, the last break that it found, for a part of what it replaces.
        case $COMP_WORDBREAKS in
          *"$char"*) [[ $char == @ ]] && kept=$((${#word} - 1)) || kept=${#word} ;;
        esac
        ;;
    esac
  done
  [[ -z $skip ]] || return 0
  # NAME=VALUE in front of the command.
  while [[ ${words[0]-} == *=* ]]; do words=("${words[@]:1}"); done
  ((${#words[@]})) || return 0
  # shellcheck disable=SC2312 # no status is of use here
  out=$(\command oktapipe complete bash "${words[@]}" "$word" 2>/dev/null </dev/null)
  while IFS= read -r candidate; do
    [[ -n $candidate && $candidate == "$word"* ]] || continue
    candidate=${candidate:kept}
    case $quote in
      \') candidate=${candidate//\'/\'\\\'\'} ;;
      \")
        candidate=${candidate//\\/\\\\}
        candidate=${candidate//\"/\\\"}
        candidate=${candidate//\$/\\\$}
        candidate=${candidate//\`/\\\`}
        # History is expanded within these quotes, and a backslash before it would stay.
        candidate=${candidate//\!/\"\'\!\'\"}
        ;;
      *)
        [[ -z $candidate ]] || printf -v candidate %q "$candidate"
        # A home was typed: quoted, it would be a folder called ~.
        [[ $word != '~'* || $kept -gt 0 ]] || candidate=${candidate/#\\~/\~}
        ;;
    esac
    COMPREPLY+=("$candidate")
  done <<<"$out"
  # More is to come behind these. compopt came with bash 4.
  if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *[=/:] ]]; then
    compopt -o nospace 2>/dev/null
  fi
  return 0
}

# nosort came with bash 4.4.
complete -o nosort -F _oktapipe oktapipe oktapipe_role 2>/dev/null ||
  complete -F _oktapipe oktapipe oktapipe_role
