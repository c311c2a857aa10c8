#include "daemon/cli/commands.h"

#include <poll.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cstdio>
#include <optional>
#include <variant>

#include "config/address.h"
#include "daemon/cli/answers.h"
#include "daemon/cli/exit_codes.h"
#include "daemon/cli/explain_view.h"
#include "daemon/cli/local_client.h"
#include "daemon/cli/locate.h"
#include "daemon/cli/refusals.h"
#include "daemon/cli/status_view.h"
#include "daemon/cli/terminal.h"

namespace rolloutd::daemon::cli {

namespace json = boost::json;

namespace {

int show_answer(const common_options& how, const local_answer& answer, bool one_ticket) {
    const std::variant<json::value, int> taken = take_answer(answer);
    if (const auto* code = std::get_if<int>(&taken)) return *code;
    const auto& parsed = std::get<json::value>(taken);
    if (how.json()) {
        std::fputs(answer.body.c_str(), stdout);
        return 0;
    }
    const palette colours(wants_colour(STDOUT_FILENO, how.no_color));
    const std::string text =
        one_ticket ? render_ticket(parsed, colours) : render_status(parsed, colours);
    std::fputs(text.c_str(), stdout);
    return 0;
}

std::string target_of(const std::string& ticket) {
    return ticket.empty() ? "/api/v1/status" : "/api/v1/status/" + ticket;
}

int show_once(const common_options& how, const std::string& ticket) {
    if (!ticket.empty() && !config::is_ticket_id(ticket)) return refuse_ticket(ticket);
    const std::optional<std::string> socket = find_socket(how);
    if (!socket) return exit_with::error;
    return show_answer(how, get_local(*socket, target_of(ticket)), !ticket.empty());
}

// False when whoever reads our output has gone.
bool wait_a_second() {
    pollfd reader{STDOUT_FILENO, 0, 0};
    return ::poll(&reader, 1, 1000) == 0;
}

}  // namespace

int run_explain(const common_options& how, const std::string& ticket, const std::string& rule) {
    if (!config::is_ticket_id(ticket)) return refuse_ticket(ticket);
    const std::optional<std::string> socket = find_socket(how);
    if (!socket) return exit_with::error;
    std::variant<json::value, int> taken =
        take_answer(get_local(*socket, "/api/v1/explain/" + ticket));
    if (const auto* code = std::get_if<int>(&taken)) return *code;
    auto& answer = std::get<json::value>(taken);
    if (!keep_rule(answer, rule)) {
        std::fprintf(stderr,
                     "rolloutctl: no rule '%s' is judged for this ticket: leave --rule out to see "
                     "those that are\n",
                     harmless(rule).c_str());
        return exit_with::error;
    }
    const palette colours(wants_colour(STDOUT_FILENO, how.no_color));
    const std::string text =
        how.json() ? json::serialize(answer) + "\n" : render_explanation(answer, colours);
    std::fputs(text.c_str(), stdout);
    return 0;
}

int run_status(const common_options& how, const std::string& ticket) {
    return show_once(how, ticket);
}

int run_watch(const common_options& how, const std::string& ticket, int times) {
    const bool screen = !how.json() && ::isatty(STDOUT_FILENO) == 1;
    for (int shown = 0; times == 0 || shown < times; ++shown) {
        if (shown > 0 && !wait_a_second()) return 0;
        // Home, and clear what is below: less flicker than clearing all.
        if (screen) std::fputs("\x1b[H\x1b[J", stdout);
        const int code = show_once(how, ticket);
        std::fflush(stdout);
        if (code != 0) return code;
    }
    return 0;
}

}  // namespace rolloutd::daemon::cli
