# Completion of rolloutctl(1) for fish.
set -l commands check test status watch explain history verify replay bundle freeze thaw hold release approve deny \
    pause continue cancel skip-batch cancel-instance add remove breaker notify

function __rolloutctl_tickets
    timeout 2 rolloutctl -o json status 2>/dev/null | string match -ar '"id": *"[^"]*"' | string split -f 4 '"'
end

complete -c rolloutctl -l config -r -d 'tells the socket and the state folder'
complete -c rolloutctl -s o -l output -x -a 'table json' -d 'how to print'
complete -c rolloutctl -l no-color -d 'no colours'
complete -c rolloutctl -s h -l help -d 'what it does'

complete -c rolloutctl -n "not __fish_seen_subcommand_from $commands" -f -a "$commands"
complete -c rolloutctl -n "__fish_seen_subcommand_from check" -l cost -d 'calls to the cloud'
complete -c rolloutctl -n "__fish_seen_subcommand_from check" -l tickets -x
complete -c rolloutctl -n "__fish_seen_subcommand_from check" -l running -x
complete -c rolloutctl -n "__fish_seen_subcommand_from check" -l every -x
complete -c rolloutctl -n "__fish_seen_subcommand_from test" -l junit -r
complete -c rolloutctl -n "__fish_seen_subcommand_from test" -l coverage
complete -c rolloutctl -n "__fish_seen_subcommand_from watch" -l times -x
complete -c rolloutctl -n "__fish_seen_subcommand_from explain" -l rule -x
complete -c rolloutctl -n "__fish_seen_subcommand_from explain" -l decision -x
complete -c rolloutctl -n "__fish_seen_subcommand_from history" -l kind -x -a "start stop reload policy watch unwatch \
    observe seen blind verdict decision proposal intent result effect foreign operator hold release freeze thaw \
    breaker notify checkpoint repair"
complete -c rolloutctl -n "__fish_seen_subcommand_from history replay" -l ticket -x -a "(__rolloutctl_tickets)"
complete -c rolloutctl -n "__fish_seen_subcommand_from history replay" -l since -x
complete -c rolloutctl -n "__fish_seen_subcommand_from verify" -l key -r
complete -c rolloutctl -n "__fish_seen_subcommand_from verify" -l kept -x
complete -c rolloutctl -n "__fish_seen_subcommand_from replay" -l policies -r
complete -c rolloutctl -n "__fish_seen_subcommand_from replay" -l all
complete -c rolloutctl -n "__fish_seen_subcommand_from bundle" -l state -r
complete -c rolloutctl -n "__fish_seen_subcommand_from freeze thaw hold release approve deny pause continue cancel \
    skip-batch cancel-instance add remove breaker" -l reason -x -d 'for the record; name the incident'
complete -c rolloutctl -n "__fish_seen_subcommand_from skip-batch" -l batch -x
complete -c rolloutctl -n "__fish_seen_subcommand_from add" -l label -x
complete -c rolloutctl -n "__fish_seen_subcommand_from breaker" -f -a close
complete -c rolloutctl -n "__fish_seen_subcommand_from notify" -f -a test
complete -c rolloutctl -n "__fish_seen_subcommand_from status watch explain bundle hold release pause continue cancel \
    skip-batch cancel-instance remove" -f -a "(__rolloutctl_tickets)"
