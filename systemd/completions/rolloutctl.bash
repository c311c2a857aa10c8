# Completion of rolloutctl(1) for bash.

# The tickets that the daemon watches; none where it does not answer.
_rolloutctl_tickets() {
    timeout 2 rolloutctl -o json status 2>/dev/null | grep -o '"id": *"[^"]*"' | cut -d '"' -f 4
}

_rolloutctl() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command="" word
    local everywhere="--config --output --no-color --help"
    COMPREPLY=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in
            check | test | status | watch | explain | history | verify | replay | bundle | freeze | thaw | hold | \
                release | approve | deny | pause | continue | cancel | skip-batch | cancel-instance | add | remove | \
                breaker | notify)
                command=$word
                break
                ;;
        esac
    done
    case $prev in
        --config | --junit | --key)
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            return
            ;;
        --policies | --state)
            mapfile -t COMPREPLY < <(compgen -d -- "$cur")
            return
            ;;
        -o | --output)
            [ "$command" = bundle ] || mapfile -t COMPREPLY < <(compgen -W "table json" -- "$cur")
            return
            ;;
        --ticket)
            mapfile -t COMPREPLY < <(compgen -W "$(_rolloutctl_tickets)" -- "$cur")
            return
            ;;
        --kind)
            mapfile -t COMPREPLY < <(compgen -W "start stop reload policy watch unwatch observe seen blind verdict \
                decision proposal intent result effect foreign operator hold release freeze thaw breaker notify \
                checkpoint repair" -- "$cur")
            return
            ;;
        --reason | --since | --rule | --decision | --kept | --label | --batch | --times | --tickets | --running | --every)
            return
            ;;
    esac
    local options="" words=""
    case $command in
        "") words="check test status watch explain history verify replay bundle freeze thaw hold release approve deny
            pause continue cancel skip-batch cancel-instance add remove breaker notify"
            options="--version" ;;
        check) options="--cost --tickets --running --every" ;;
        test) options="--junit --coverage" ;;
        watch) options="--times" words=$(_rolloutctl_tickets) ;;
        status) words=$(_rolloutctl_tickets) ;;
        explain) options="--rule --decision" words=$(_rolloutctl_tickets) ;;
        history) options="--ticket --since --kind" ;;
        verify) options="--key --kept" ;;
        replay) options="--policies --ticket --since --all" ;;
        bundle) options="--output --state" words=$(_rolloutctl_tickets) ;;
        freeze | thaw | approve | deny) options="--reason" ;;
        hold | release | pause | continue | cancel | cancel-instance | remove)
            options="--reason" words=$(_rolloutctl_tickets) ;;
        skip-batch) options="--reason --batch" words=$(_rolloutctl_tickets) ;;
        add) options="--reason --label" ;;
        breaker) options="--reason" words="close" ;;
        notify) words="test" ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options $everywhere" -- "$cur")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    case $command in
        check | test | verify | replay) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    esac
}
complete -o filenames -F _rolloutctl rolloutctl
