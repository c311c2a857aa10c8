#include "daemon/operator_pages.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "config/address.h"
#include "daemon/reasons.h"

namespace rolloutd::daemon {

namespace asio = boost::asio;
namespace json = boost::json;
using policies::act_kind;
using policies::action;
using policies::operator_act;
using policies::person;

namespace {

constexpr std::string_view root = "/api/v1/";
constexpr std::size_t most_labels = 20;
constexpr std::size_t longest_label = 256;  // as rolloutd.yaml has it

std::vector<std::string> parts_of(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        parts.emplace_back(path.substr(0, slash));
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    }
    return parts;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number number{};
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size() || number < 1) return {};
    return number;
}

admin_page bad_request(std::string message) {
    return error_page(400, "bad-request", std::move(message));
}

admin_page page_of(const act_report& report) {
    if (report.status != 200) return error_page(report.status, report.code, report.text);
    json::object body;
    if (!report.ticket.empty()) body["ticket"] = report.ticket;
    body["seq"] = report.seq;
    body["recorded"] = report.recorded;
    body["text"] = report.text;
    admin_page page;
    page.body = json::serialize(body) + "\n";
    return page;
}

// The member as a whole number of at least 1; nothing when it is not there, an error otherwise.
struct number_member {
    std::optional<std::int64_t> value;
    bool wrong = false;
};

number_member number_of(const json::object& body, std::string_view name) {
    const json::value* const found = body.if_contains(name);
    if (found == nullptr) return {};
    boost::system::error_code error;
    const auto number = found->to_number<std::int64_t>(error);
    if (!found->is_number() || error || number < 1) return {.value = {}, .wrong = true};
    return {.value = number, .wrong = false};
}

std::optional<std::map<std::string, std::string>> labels_of(const json::object& body) {
    std::map<std::string, std::string> labels;
    const json::value* const found = body.if_contains("labels");
    if (found == nullptr) return labels;
    if (!found->is_object() || found->get_object().size() > most_labels) return std::nullopt;
    for (const auto& [name, value] : found->get_object()) {
        if (!value.is_string()) return std::nullopt;
        const std::string text = json::value_to<std::string>(value);
        if (name.empty() || name.size() > longest_label || text.size() > longest_label) return {};
        labels.emplace(std::string(name), text);
    }
    return labels;
}

std::optional<action> operation_named(std::string_view command) {
    if (command == "pause") return action::pause;
    if (command == "continue") return action::continue_ticket;
    if (command == "cancel") return action::cancel;
    if (command == "skip-batch") return action::skip_batch;
    if (command == "cancel-instance") return action::cancel_instance;
    return std::nullopt;
}

// The operation with what it needs to know; or what is wrong with the body.
std::variant<operator_act, std::string> order_of(action what, const json::object& body) {
    operator_act order;
    order.what = act_kind::operate;
    order.call.what = what;
    if (what == action::skip_batch) {
        const number_member batch = number_of(body, "batch");
        if (batch.wrong || batch.value.value_or(1) > 20) {
            return std::string("\"batch\" is the number of a batch, 1 to 20");
        }
        if (batch.value) order.call.batch = static_cast<int>(*batch.value);
    }
    if (what == action::cancel_instance) {
        const number_member instance = number_of(body, "instance");
        if (!instance.value) {
            return std::string("\"instance\" is the id of an instance, as status shows it");
        }
        order.call.instance = *instance.value;
    }
    return order;
}

}  // namespace

struct operator_pages::request {
    person who;
    std::vector<std::string> path;  // behind the root
    json::object body;
};

asio::awaitable<admin_page> operator_pages::act(admin_request what) {
    if (what.method != "POST" || !what.path.starts_with(root)) co_return around_.looks.answer(what);
    if (!what.local) co_return error_page(403, "not-local", "acting needs the unix socket");
    request asked;
    asked.path = parts_of(std::string_view(what.path).substr(root.size()));
    boost::system::error_code wrong;
    json::value parsed = json::parse(what.body, wrong);
    if (wrong || !parsed.is_object()) {
        co_return bad_request("the body is to be a JSON object with a \"reason\"");
    }
    asked.body = std::move(parsed.get_object());
    const json::value* const reason = asked.body.if_contains("reason");
    std::string text;
    if (reason != nullptr && reason->is_string()) text = json::value_to<std::string>(*reason);
    const std::string against = wrong_with_reason(text);
    // A test message changes nothing, so nothing of it is recorded.
    const bool is_test = what.path == std::string(root) + "notify/test";
    if (!against.empty() && !is_test) co_return error_page(400, "no-reason", against);
    brake(asked);
    asked.who = {.uid = what.uid, .author = {}, .reason = std::move(text)};
    const std::string login = co_await around_.names.of(what.uid);
    asked.who.author = login.empty() ? policies::name_of(asked.who) : login;
    admin_page page;
    if (asked.path.size() == 3 && asked.path[0] == "tickets") {
        page = co_await on_ticket(std::move(asked));
    } else if (asked.path.size() == 3 && asked.path[0] == "proposals") {
        page = co_await on_proposal(std::move(asked));
    } else {
        page = co_await on_daemon(std::move(asked));
    }
    co_return page;
}

// What is to stop at once does not wait until somebody knows what the user is called.
void operator_pages::brake(const request& what) {
    if (what.path.size() == 1 && what.path[0] == "freeze") around_.switches.brake();
    const bool on_ticket = what.path.size() == 3 && what.path[0] == "tickets";
    if (on_ticket && what.path[2] == "hold") around_.tickets.brake(what.path[1]);
}

asio::awaitable<admin_page> operator_pages::on_daemon(request what) {
    admin_page page = error_page(404, "not-found", "there is no such act");
    const bool alone = what.path.size() == 1;
    if (alone && what.path[0] == "freeze")
        page = co_await freeze(std::move(what.who));
    else if (alone && what.path[0] == "thaw")
        page = co_await thaw(std::move(what.who));
    else if (what.path.size() == 2 && what.path[0] == "breaker" && what.path[1] == "close")
        page = co_await close_breaker(std::move(what.who));
    else if (what.path.size() == 2 && what.path[0] == "notify" && what.path[1] == "test")
        page = co_await test_notices(std::move(what.who));
    co_return page;
}

asio::awaitable<admin_page> operator_pages::test_notices(person who) {
    if (around_.people == nullptr || !around_.people->has_targets()) {
        co_return error_page(409, "nobody",
                             "nobody is told: rolloutd.yaml names no target in notify");
    }
    if (around_.people->is_testing()) {
        co_return error_page(409, "under-way", "another test is under way; wait for its answers");
    }
    const std::vector<test_answer> all = co_await around_.people->test(who.author);
    std::string text;
    bool well = true;
    for (const test_answer& each : all) {
        well = well && each.problem.empty();
        text += text.empty() ? "" : "; ";
        text += each.target + (each.problem.empty() ? " took it" : ": " + each.problem);
    }
    if (!well) co_return error_page(502, "not-taken", text);
    act_report report;
    report.text = text;
    co_return page_of(report);
}

asio::awaitable<admin_page> operator_pages::freeze(person who) {
    around_.switches.freeze(who);
    act_report report;
    report.seq = around_.records.last_seq();
    report.text = "frozen: no rule acts on any ticket until `rolloutctl thaw`";
    report = co_await around_.paper.acknowledge(std::move(report), in_force);
    co_return page_of(report);
}

asio::awaitable<admin_page> operator_pages::thaw(person who) {
    if (!around_.records.fleet().ledger.frozen && !around_.stops.frozen) {
        co_return error_page(409, "not-frozen", "rolloutd is not frozen");
    }
    const std::optional<sequence> thawed = co_await around_.switches.thaw(std::move(who));
    if (!thawed) {
        co_return error_page(
            503, "journal",
            "a thaw needs a record on the disk, and that fails: " + around_.records.failure() +
                ". It stays frozen: make room or mend the disk, and try again");
    }
    act_report report;
    report.seq = *thawed;
    report.text = around_.stops.frozen ? "thawed, but somebody has frozen it again meanwhile"
                                       : "thawed: rules act again, spread over limits.spread";
    co_return page_of(report);
}

asio::awaitable<admin_page> operator_pages::close_breaker(person who) {
    if (!around_.switches.close_breaker(who)) {
        co_return error_page(409, "not-open", "the breaker is not open");
    }
    act_report report;
    report.seq = around_.records.last_seq();
    report.text = "the breaker is closed: rules act again";
    const bool written = co_await around_.paper.written(report.seq, people_wait);
    report.recorded = written;
    if (!written) report.text += "; it is not on the disk yet, and a restart would find it open";
    co_return page_of(report);
}

asio::awaitable<admin_page> operator_pages::on_ticket(request what) {
    const std::string id = what.path[1];
    const std::string command = what.path[2];
    if (!config::is_ticket_id(id)) {
        co_return bad_request("'" + id +
                              "' is no ticket id: it has 1 to 26 letters, digits, '_' and '-'");
    }
    if (around_.stops.stopping && command != "hold") {
        co_return error_page(503, "stopping", "the daemon is stopping; nothing new is begun");
    }
    act_report report;
    if (command == "hold") {
        report = co_await around_.tickets.hold(what.who, id);
    } else if (command == "release") {
        report = co_await around_.tickets.release(what.who, id);
    } else if (command == "remove") {
        report = co_await around_.tickets.remove(what.who, id);
    } else if (command == "add") {
        const auto labels = labels_of(what.body);
        if (!labels) co_return bad_request("\"labels\" is an object of at most 20 short texts");
        const watch_entry entry{id, *labels, "operator"};
        report = co_await around_.tickets.add(what.who, entry);
    } else {
        const std::optional<action> operation = operation_named(command);
        if (!operation) co_return error_page(404, "not-found", "there is no such act");
        auto order = order_of(*operation, what.body);
        if (const auto* wrong = std::get_if<std::string>(&order)) co_return bad_request(*wrong);
        operator_act act = std::get<operator_act>(order);
        act.by = what.who;
        report = co_await around_.tickets.operate(id, act);
    }
    co_return page_of(report);
}

asio::awaitable<admin_page> operator_pages::on_proposal(request what) {
    operator_act act;
    const auto number = number_in<sequence>(what.path[1]);
    if (!number) co_return bad_request("'" + what.path[1] + "' is no number of a proposal");
    if (what.path[2] == "approve") {
        act.what = act_kind::approve;
    } else if (what.path[2] == "deny") {
        act.what = act_kind::deny;
    } else {
        co_return error_page(404, "not-found", "there is no such act");
    }
    if (around_.stops.stopping) {
        co_return error_page(503, "stopping", "the daemon is stopping; nothing new is begun");
    }
    act.proposal = *number;
    act.by = what.who;
    act_report report = co_await around_.tickets.answer(act);
    co_return page_of(report);
}

}  // namespace rolloutd::daemon
