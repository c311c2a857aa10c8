#compdef rolloutctl
# Completion of rolloutctl(1) for zsh.

_rolloutctl_tickets() {
    local -a tickets
    tickets=(${(f)"$(timeout 2 rolloutctl -o json status 2>/dev/null | grep -o '"id": *"[^"]*"' | cut -d '"' -f 4)"})
    compadd -a tickets
}

_rolloutctl() {
    local -a commands reason
    local state
    commands=(
        'check:parse, type-check and lint policies' 'test:run the tests of policies'
        'status:what is watched, and what comes next' 'watch:status, again and again'
        'explain:why each rule acts on a ticket, or does not' 'history:the journal, filtered'
        'verify:check the chain of the journal' 'replay:conclude anew from the record'
        'bundle:one archive of what the record tells of a ticket' 'freeze:no automation on any ticket'
        'thaw:end a freeze' 'hold:no automation on one ticket' 'release:end a hold'
        'approve:let a proposed action be carried out' 'deny:refuse a proposed action' 'pause:pause a ticket'
        'continue:let a paused ticket go on' 'cancel:cancel a ticket for good'
        'skip-batch:leave the current batch behind' 'cancel-instance:cancel the execution on one host'
        'add:watch one more ticket' 'remove:watch a ticket no longer' 'breaker:the breaker of the limits'
        'notify:who is told of what happens'
    )
    reason=('--reason[for the record; name the incident]:reason:')
    _arguments -C \
        '--config[tells the socket and the state folder]:file:_files' \
        '(-o --output)'{-o,--output}'[how to print]:form:(table json)' \
        '--no-color[no colours]' '(-h --help)'{-h,--help}'[what it does]' '--version[print the version]' \
        '1:command:->command' '*::argument:->argument'
    case $state in
        command) _describe command commands ;;
        argument)
            case $words[1] in
                check) _arguments '--cost[calls to the cloud]' '--tickets[for so many]:number:' \
                    '--running[batches at work]:number:' '--every[between two readings]:duration:' '*:path:_files' ;;
                test) _arguments '--junit[results]:file:_files' '--coverage[what never fired]' '*:file:_files' ;;
                status) _arguments '1:ticket:_rolloutctl_tickets' ;;
                watch) _arguments '--times[stop after so many]:number:' '1:ticket:_rolloutctl_tickets' ;;
                explain) _arguments '--rule[one rule]:rule:' '--decision[of the past]:number:' \
                    '1:ticket:_rolloutctl_tickets' ;;
                history) _arguments '--ticket[of one]:ticket:_rolloutctl_tickets' '--since[not older]:duration:' \
                    '--kind[of these kinds]:kind:(start stop reload policy watch unwatch observe seen blind verdict
                    decision proposal intent result effect foreign operator hold release freeze thaw breaker notify
                    checkpoint repair)' ;;
                verify) _arguments '--key[public key]:file:_files' '--kept[a record that must be there]:seq and hash:' \
                    '1:folder:_files -/' ;;
                replay) _arguments '--policies[judge by these]:folder:_files -/' \
                    '--ticket[of one]:ticket:_rolloutctl_tickets' '--since[not older]:duration:' \
                    '--all[go on behind the first difference]' '1:folder:_files -/' ;;
                bundle) _arguments '--output[the archive]:file:_files' '--state[the state folder]:folder:_files -/' \
                    '1:ticket:_rolloutctl_tickets' ;;
                freeze | thaw) _arguments $reason ;;
                approve | deny) _arguments $reason '1:proposal:' ;;
                hold | release | pause | continue | cancel | remove)
                    _arguments $reason '1:ticket:_rolloutctl_tickets' ;;
                skip-batch) _arguments $reason '--batch[the one that is meant]:number:' \
                    '1:ticket:_rolloutctl_tickets' ;;
                cancel-instance) _arguments $reason '1:ticket:_rolloutctl_tickets' '2:instance:' ;;
                add) _arguments $reason '*--label[for match]:name=value:' '1:ticket:' ;;
                breaker) _arguments $reason '1:what:(close)' ;;
                notify) _arguments '1:what:(test)' ;;
            esac
            ;;
    esac
}

_rolloutctl "$@"
