#include "daemon/cli/rolloutctl.h"

#include <CLI/CLI.hpp>

#include "daemon/cli/check_command.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/exit_codes.h"
#include "daemon/cli/test_command.h"

namespace rolloutd::daemon::cli {

namespace {

constexpr const char* examples =
    "Examples:\n"
    "  rolloutctl check policies.d                      check every policy in a folder\n"
    "  rolloutctl check --cost --tickets 200 policies.d what they cost in calls\n"
    "  rolloutctl test policies.d/*.test.yaml           run the tests of policies\n"
    "  rolloutctl status                                what is watched, and what comes next\n"
    "  rolloutctl status SCT2023083109562601af694bf     one ticket, rule by rule\n"
    "  rolloutctl watch                                 the same, live\n"
    "  rolloutctl history --since 1h --kind decision    what was decided, and why\n"
    "  rolloutctl verify /var/lib/rolloutd              check the journal's chain\n"
    "  rolloutctl breaker close --reason 'hosts are back'\n"
    "\n"
    "Exit codes: 0 ok, 1 error, 3 findings only, 64 usage, 69 the daemon is not reachable.";

struct arguments {
    common_options common;
    check_options check;
    history_options history;
    test_options test;
    std::string ticket;
    verify_command verify;
    std::string reason;
    int times = 0;
    int code = 0;
};

void add_check(CLI::App& line, arguments& given) {
    CLI::App* const command = line.add_subcommand("check", "parse, type-check and lint policies");
    command->add_option("path", given.check.paths, "policy files, or folders of them")
        ->type_name("FILE|DIR")
        ->required();
    command->add_flag("--cost", given.check.cost, "what they cost in calls to the cloud");
    command->add_option("--tickets", given.check.tickets, "calls/s for so many tickets")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_option("--running", given.check.running, "batches at work at a time in each")
        ->type_name("N")
        ->check(CLI::Range(0, 20))
        ->capture_default_str();
    command
        ->add_option("--every", given.check.every,
                     "time between two readings; by default the configuration's, or 5s")
        ->type_name("D");
    command->callback([&given] { given.code = run_check(given.common, given.check); });
}

void add_test(CLI::App& line, arguments& given) {
    CLI::App* const command = line.add_subcommand("test", "run the tests of policies");
    command->footer(
        "Examples:\n"
        "  rolloutctl test policies.d/web-fleet.test.yaml\n"
        "  rolloutctl test --coverage --junit results.xml policies.d/*.test.yaml\n"
        "\n"
        "Time is simulated: nothing is waited for, and nothing is sent anywhere.\n"
        "Exit codes: 0 all tests passed, 1 one failed or a file has problems, 64 usage.");
    command->add_option("file", given.test.files, "files of tests, as web-fleet.test.yaml")
        ->type_name("FILE")
        ->required();
    command->add_option("--junit", given.test.junit, "write the results there, for build servers")
        ->type_name("FILE");
    command->add_flag("--coverage", given.test.coverage,
                      "which rules never fired, which conditions never varied");
    command->callback([&given] { given.code = run_test(given.common, given.test); });
}

void add_status(CLI::App& line, arguments& given) {
    CLI::App* const status = line.add_subcommand("status", "what is watched, and what comes next");
    status->add_option("ticket", given.ticket, "one ticket, rule by rule");
    status->callback([&given] { given.code = run_status(given.common, given.ticket); });
    CLI::App* const watch = line.add_subcommand("watch", "status, again and again");
    watch->add_option("ticket", given.ticket, "one ticket, rule by rule");
    watch->add_option("--times", given.times, "stop after so many")->type_name("N");
    watch->callback([&given] { given.code = run_watch(given.common, given.ticket, given.times); });
}

void add_history(CLI::App& line, arguments& given) {
    CLI::App* const command = line.add_subcommand("history", "the journal, filtered");
    command->add_option("--ticket", given.history.ticket, "of one ticket");
    command->add_option("--since", given.history.since, "not older, as 1h30m, or a time")
        ->type_name("D");
    command->add_option("--kind", given.history.kinds, "of these kinds, as decision,intent")
        ->type_name("K")
        ->delimiter(',');
    command->callback([&given] { given.code = run_history(given.common, given.history); });
}

void add_breaker(CLI::App& line, arguments& given) {
    CLI::App* const command = line.add_subcommand("breaker", "the breaker of the daemon's limits");
    command->require_subcommand(1);
    CLI::App* const close = command->add_subcommand(
        "close", "let rules act again; what they did until now is no longer counted");
    close->add_option("--reason", given.reason, "for the record")->type_name("TEXT")->required();
    close->callback([&given] { given.code = run_breaker_close(given.common, given.reason); });
}

void add_verify(CLI::App& line, arguments& given) {
    CLI::App* const command = line.add_subcommand("verify", "check the journal's chain");
    command->add_option("dir", given.verify.folder, "a state or journal folder")->type_name("DIR");
    command
        ->add_option("--key", given.verify.key_file,
                     "the public key that checkpoints must be signed with")
        ->type_name("FILE");
    command
        ->add_option("--kept", given.verify.kept,
                     "a record that must be there, as `status` has shown it")
        ->type_name("SEQ:HASH");
    command->callback([&given] { given.code = run_verify(given.common, given.verify); });
}

}  // namespace

int run_rolloutctl(int argc, char** argv) {
    arguments given;
    CLI::App line("rolloutctl looks at rolloutd, its policies and its journal.", "rolloutctl");
    line.footer(examples);
    line.require_subcommand(1);
    line.fallthrough();
    line.add_option("--config", given.common.config, "tells the socket and the state folder")
        ->type_name("FILE")
        ->capture_default_str();
    line.add_option("-o,--output", given.common.output, "table or json")
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
    line.add_flag("--no-color", given.common.no_color, "no colours, also by NO_COLOR");
    line.set_version_flag("--version", std::string("rolloutctl ") + ROLLOUTD_VERSION);
    add_check(line, given);
    add_test(line, given);
    add_status(line, given);
    add_history(line, given);
    add_verify(line, given);
    add_breaker(line, given);
    try {
        line.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return line.exit(error) == 0 ? 0 : exit_with::usage;
    }
    return given.code;
}

}  // namespace rolloutd::daemon::cli
