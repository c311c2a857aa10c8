#include "daemon/cli/rolloutctl.h"

#include <CLI/CLI.hpp>

#include "daemon/cli/act_commands.h"
#include "daemon/cli/bundle_command.h"
#include "daemon/cli/check_command.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/exit_codes.h"
#include "daemon/cli/replay_command.h"
#include "daemon/cli/test_command.h"
#include "daemon/journal/history.h"

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
    "  rolloutctl explain SCT2023083109562601af694bf    why each rule acts, or does not\n"
    "  rolloutctl history --since 1h --kind decision    what was decided, and why\n"
    "  rolloutctl verify /var/lib/rolloutd              check the journal's chain\n"
    "  rolloutctl freeze --reason 'INC-4711'            no automation at all, at once\n"
    "  rolloutctl hold SCT2023083109562601af694bf --reason 'ana looks at it'\n"
    "  rolloutctl approve 4711 --reason 'checked'       what a rule proposes\n"
    "  rolloutctl replay --policies new.d --since 720h  what other policies had done\n"
    "  rolloutctl breaker close --reason 'hosts are back'\n"
    "\n"
    "Exit codes: 0 ok, 1 error, 2 differs, 3 findings only, 64 usage, 69 the daemon is not "
    "reachable.";

struct arguments {
    common_options common;
    check_options check;
    history_options history;
    test_options test;
    replay_command_options replay;
    bundle_command_options bundle;
    std::string ticket;
    verify_command verify;
    std::string rule;
    unsigned long long decision = 0;
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

void add_explain(CLI::App& line, arguments& given) {
    CLI::App* const command =
        line.add_subcommand("explain", "why each rule acts on a ticket, or does not");
    command->footer(
        "Examples:\n"
        "  rolloutctl explain SCT2023083109562601af694bf\n"
        "  rolloutctl explain SCT2023083109562601af694bf --rule web-fleet/too-many-failures\n"
        "  rolloutctl explain SCT2023083109562601af694bf --decision 41\n"
        "\n"
        "Each clause of the conditions with its values, how near each rule is, and what withholds\n"
        "its action. Marks: + true, - false, ? undetermined.\n"
        "Exit codes: 0 ok, 1 not watched or no such rule, 64 usage, 69 the daemon is not "
        "reachable.");
    command->add_option("ticket", given.ticket, "its id")->type_name("TICKET")->required();
    CLI::Option* const rule =
        command->add_option("--rule", given.rule, "one rule, as RULE or POLICY/RULE")
            ->type_name("RULE");
    command
        ->add_option("--decision", given.decision,
                     "a decision of the past by its number, from the journal alone")
        ->type_name("SEQ")
        ->check(CLI::PositiveNumber)
        ->excludes(rule);
    command->callback([&given] {
        given.code = given.decision == 0
                         ? run_explain(given.common, given.ticket, given.rule)
                         : run_explain_decision(given.common, given.ticket, given.decision);
    });
}

void add_history(CLI::App& line, arguments& given) {
    CLI::App* const command = line.add_subcommand("history", "the journal, filtered");
    command->add_option("--ticket", given.history.ticket, "of one ticket");
    command->add_option("--since", given.history.since, "not older, as 1h30m, or a time")
        ->type_name("D");
    command->add_option("--kind", given.history.kinds, "of these kinds, as decision,intent")
        ->type_name("K")
        ->delimiter(',')
        ->check(CLI::IsMember(record_kinds()));
    command->callback([&given] { given.code = run_history(given.common, given.history); });
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

void add_replay(CLI::App& line, arguments& given) {
    CLI::App* const command = line.add_subcommand(
        "replay", "conclude anew from the record what was concluded, or by other policies");
    command->footer(
        "Examples:\n"
        "  rolloutctl replay                                  the record against the engine\n"
        "  rolloutctl replay --policies policies.new --since 2160h\n"
        "                                                     what other policies had done\n"
        "  rolloutctl replay --ticket SCT2023083109562601af694bf /var/lib/rolloutd\n"
        "\n"
        "Exit codes: 0 nothing differs, 1 the record differs, cannot be read, or holds nothing "
        "that\n"
        "can be judged, 2 the other policies would have decided otherwise, 64 usage.");
    command->add_option("--policies", given.replay.policies, "judge by the policies in there")
        ->type_name("DIR");
    command->add_option("--mode", given.replay.mode, "try them as if the daemon's mode were this")
        ->type_name("MODE");
    command->add_option("--ticket", given.replay.ticket, "of one ticket");
    command->add_option("--since", given.replay.since, "not older, as 1h30m, or a time")
        ->type_name("D");
    command->add_flag("--all", given.replay.all, "go on behind the first difference");
    command->add_option("dir", given.replay.folder, "a state or journal folder")->type_name("DIR");
    command->callback([&given] { given.code = run_replay(given.common, given.replay); });
}

void add_bundle(CLI::App& line, arguments& given) {
    CLI::App* const command =
        line.add_subcommand("bundle", "one archive of all that the record tells of a ticket");
    command->footer(
        "Example:\n"
        "  rolloutctl bundle SCT2023083109562601af694bf --output incident-42.tar\n"
        "\n"
        "The README in it says how to replay it. Messages, and parameters whose names "
        "journal.redact\n"
        "covers, are hashes in it; other parameters that a policy names, the texts of policies "
        "and\n"
        "people's reasons stand in it as they are: read it before you give it away.");
    command->add_option("ticket", given.bundle.ticket, "the ticket")->required();
    command->add_option("--output", given.bundle.file, "the archive; by default TICKET.tar")
        ->type_name("FILE");
    command->add_option("--state", given.bundle.folder, "the state folder; else the configured one")
        ->type_name("DIR");
    command->callback([&given] { given.code = run_bundle(given.common, given.bundle); });
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
    line.add_option("--socket", given.common.socket,
                    "the daemon's socket; by default what the configuration says")
        ->type_name("PATH");
    line.add_option("-o,--output", given.common.output, "table or json")
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
    line.add_flag("--no-color", given.common.no_color, "no colours, also by NO_COLOR");
    line.set_version_flag("--version", std::string("rolloutctl ") + ROLLOUTD_VERSION);
    add_check(line, given);
    add_test(line, given);
    add_status(line, given);
    add_explain(line, given);
    add_history(line, given);
    add_verify(line, given);
    add_act_commands(line, given.common, given.code);
    add_replay(line, given);
    add_bundle(line, given);
    try {
        line.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return line.exit(error) == 0 ? 0 : exit_with::usage;
    }
    return given.code;
}

}  // namespace rolloutd::daemon::cli
