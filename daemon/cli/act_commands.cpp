#include "daemon/cli/act_commands.h"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "config/address.h"
#include "daemon/cli/answers.h"
#include "daemon/cli/exit_codes.h"
#include "daemon/cli/locate.h"
#include "daemon/cli/refusals.h"
#include "daemon/cli/terminal.h"
#include "daemon/reasons.h"

namespace rolloutd::daemon::cli {

namespace json = boost::json;

namespace {

struct act_options {
    std::string ticket;
    std::string reason;
    std::vector<std::string> labels;
    std::int64_t proposal = 0;
    std::int64_t instance = 0;
    int batch = 0;
};

// Every act is a POST with a reason; `more` is what it needs beside it.
int run_act(const common_options& how, const std::string& target, const act_options& what,
            json::object more) {
    const std::string wrong = wrong_with_reason(what.reason);
    if (!wrong.empty()) return refuse_usage("--reason: " + wrong);
    const std::optional<std::string> socket = find_socket(how);
    if (!socket) return exit_with::error;
    more["reason"] = what.reason;
    const local_answer answer = post_local(*socket, "/api/v1/" + target, json::serialize(more));
    const std::variant<json::value, int> taken = take_answer(answer);
    if (const auto* code = std::get_if<int>(&taken)) return *code;
    if (how.json()) {
        std::fputs(answer.body.c_str(), stdout);
    } else {
        std::puts(harmless(text_in(std::get<json::value>(taken), "text")).c_str());
    }
    return 0;
}

int on_ticket(const common_options& how, const std::string& command, const act_options& what,
              json::object more) {
    if (!config::is_ticket_id(what.ticket)) {
        return refuse_usage("'" + what.ticket +
                            "' is no ticket id: it has 1 to 26 letters, digits, '_' and '-'");
    }
    return run_act(how, "tickets/" + what.ticket + "/" + command, what, std::move(more));
}

std::optional<json::object> labels_of(const std::vector<std::string>& pairs) {
    json::object labels;
    for (const std::string& each : pairs) {
        const std::size_t sign = each.find('=');
        if (sign == std::string::npos || sign == 0) return std::nullopt;
        labels[each.substr(0, sign)] = each.substr(sign + 1);
    }
    return labels;
}

class act_lines {
public:
    act_lines(CLI::App& line, const common_options& how, int& code)
        : line_(line), how_(how), code_(code) {}

    // A command with its reason, and the end of its help.
    CLI::App* command(const std::string& name, const std::string& about,
                      const std::string& examples) {
        CLI::App* const made = line_.add_subcommand(name, about);
        made->add_option("--reason", given_->reason, "for the record; name the incident")
            ->type_name("TEXT")
            ->required();
        made->footer("Examples:\n" + examples + "\n" + codes);
        return made;
    }

    CLI::App* ticket_command(const std::string& name, const std::string& about,
                             const std::string& examples) {
        CLI::App* const made = command(name, about, examples);
        made->add_option("ticket", given_->ticket, "its id")->type_name("TICKET")->required();
        return made;
    }

    void simple(const std::string& name, const std::string& about, const std::string& examples) {
        ticket_command(name, about, examples)
            ->callback([given = given_, how = &how_, code = &code_, name] {
                *code = on_ticket(*how, name, *given, {});
            });
    }

    void daemon_wide(const std::string& name, const std::string& about,
                     const std::string& examples) {
        command(name, about, examples)
            ->callback([given = given_, how = &how_, code = &code_, name] {
                *code = run_act(*how, name, *given, {});
            });
    }

    void answer(const std::string& name, const std::string& about, const std::string& examples) {
        CLI::App* const made = command(name, about, examples);
        made->add_option("id", given_->proposal, "the proposal's number, as status shows it")
            ->type_name("ID")
            ->check(CLI::PositiveNumber)
            ->required();
        made->callback([given = given_, how = &how_, code = &code_, name] {
            const std::string target = "proposals/" + std::to_string(given->proposal) + "/" + name;
            *code = run_act(*how, target, *given, {});
        });
    }

    void add_all();

private:
    void add_holds();
    void add_operations();
    void add_watching();
    void add_breaker();
    void add_notify();

    static constexpr const char* codes =
        "Exit codes: 0 done, 1 refused (the message says why), 64 usage, 69 the daemon is not\n"
        "reachable. The author is the user who runs it; it needs to be root or in the group that\n"
        "api.operators_group names.";

    CLI::App& line_;
    const common_options& how_;
    int& code_;
    std::shared_ptr<act_options> given_ = std::make_shared<act_options>();
};

void act_lines::add_holds() {
    daemon_wide("freeze", "no automation on any ticket; in force at once, also with a full disk",
                "  rolloutctl freeze --reason 'INC-4711: core switch down'\n");
    daemon_wide("thaw", "ends a freeze, once that is on the disk",
                "  rolloutctl thaw --reason 'INC-4711 is over'\n");
    simple("hold", "no automation on one ticket; in force at once",
           "  rolloutctl hold SCT2023083109562601af694bf --reason 'ana looks at it'\n");
    simple(
        "release", "ends a hold, and what a person's own operations withhold from rules",
        "  rolloutctl release SCT2023083109562601af694bf --reason 'looked at, hosts are fine'\n");
    answer("approve", "lets a proposed action be carried out, if its rule still holds",
           "  rolloutctl approve 4711 --reason 'checked with the owner'\n");
    answer("deny", "refuses a proposed action for this episode",
           "  rolloutctl deny 4711 --reason 'the host is being repaired'\n");
}

void act_lines::add_operations() {
    simple("pause", "pauses a ticket",
           "  rolloutctl pause SCT2023083109562601af694bf --reason 'INC-4711'\n");
    simple("continue", "lets a paused ticket go on",
           "  rolloutctl continue SCT2023083109562601af694bf --reason 'INC-4711 is over'\n");
    simple("cancel", "cancels a ticket for good",
           "  rolloutctl cancel SCT2023083109562601af694bf --reason 'wrong script'\n");
    CLI::App* const skip = ticket_command(
        "skip-batch", "leaves the current batch behind and goes on to the next",
        "  rolloutctl skip-batch SCT2023083109562601af694bf --reason 'rack is down'\n"
        "  rolloutctl skip-batch SCT2023083109562601af694bf --batch 3 --reason 'rack is down'\n"
        "\n"
        "With --batch it is refused when that batch is not the current one.\n");
    skip->add_option("--batch", given_->batch,
                     "the batch that is meant; the current one by default")
        ->type_name("N")
        ->check(CLI::Range(1, 20));
    skip->callback([given = given_, how = &how_, code = &code_] {
        json::object more;
        if (given->batch != 0) more["batch"] = given->batch;
        *code = on_ticket(*how, "skip-batch", *given, std::move(more));
    });
    CLI::App* const one = ticket_command(
        "cancel-instance", "cancels the execution on one host",
        "  rolloutctl cancel-instance SCT2023083109562601af694bf 88123 --reason 'host is dead'\n");
    one->add_option("instance", given_->instance, "the instance's id, as status shows it")
        ->type_name("INSTANCE")
        ->check(CLI::PositiveNumber)
        ->required();
    one->callback([given = given_, how = &how_, code = &code_] {
        json::object more;
        more["instance"] = given->instance;
        *code = on_ticket(*how, "cancel-instance", *given, std::move(more));
    });
}

void act_lines::add_watching() {
    CLI::App* const add = ticket_command(
        "add", "watches one more ticket, also after a restart",
        "  rolloutctl add SCT2023083109562601af694bf --reason 'tonight’s rollout'\n"
        "  rolloutctl add SCT2023083109562601af694bf --label tier=prod --reason 'INC-4711'\n");
    add->add_option("--label", given_->labels, "a label for policies' `match`, as tier=prod")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    add->callback([given = given_, how = &how_, code = &code_] {
        const auto labels = labels_of(given->labels);
        if (!labels) {
            *code = refuse_usage("--label: write a name and a value, as tier=prod");
            return;
        }
        json::object more;
        if (!labels->empty()) more["labels"] = *labels;
        *code = on_ticket(*how, "add", *given, std::move(more));
    });
    simple("remove", "watches a ticket no longer; what was sent for it is settled first",
           "  rolloutctl remove SCT2023083109562601af694bf --reason 'handled by hand'\n");
}

void act_lines::add_breaker() {
    CLI::App* const breaker = line_.add_subcommand("breaker", "the breaker of the daemon's limits");
    breaker->require_subcommand(1);
    CLI::App* const close = breaker->add_subcommand(
        "close", "let rules act again; what they did until now is no longer counted");
    close->add_option("--reason", given_->reason, "for the record; name the incident")
        ->type_name("TEXT")
        ->required();
    close->footer(
        std::string("Examples:\n  rolloutctl breaker close --reason 'hosts are back'\n\n") + codes);
    close->callback([given = given_, how = &how_, code = &code_] {
        *code = run_act(*how, "breaker/close", *given, {});
    });
}

void act_lines::add_notify() {
    CLI::App* const notify = line_.add_subcommand("notify", "who is told of what happens");
    notify->require_subcommand(1);
    CLI::App* const test = notify->add_subcommand(
        "test", "sends a test message to each target of `notify` and says what each answered");
    test->footer(std::string("Examples:\n  rolloutctl notify test\n\n") + codes);
    test->callback([given = given_, how = &how_, code = &code_] {
        given->reason = "a test";
        *code = run_act(*how, "notify/test", *given, {});
    });
}

void act_lines::add_all() {
    add_holds();
    add_operations();
    add_watching();
    add_breaker();
    add_notify();
}

}  // namespace

void add_act_commands(CLI::App& line, const common_options& how, int& code) {
    act_lines(line, how, code).add_all();
}

}  // namespace rolloutd::daemon::cli
