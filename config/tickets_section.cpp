#include <set>

#include "config/address.h"
#include "config/section_readers.h"
#include "policies/discovery_match.h"
#include "policies/policy_loader.h"

namespace rolloutd::config {
namespace {

using policies::yaml::fields;
using policies::yaml::node;
using policies::yaml::problems;

std::map<std::string, std::string> read_labels(problems& report, const node& from) {
    std::map<std::string, std::string> made;
    fields labels(report, from, "labels");
    if (!labels.usable()) return made;
    constexpr std::size_t most = 20;
    constexpr std::size_t longest = 256;
    for (const auto& [key, value] : from.members) {
        const auto text = read_text(report, value, "the label " + key.value);
        if (!text) continue;
        if (key.value.empty() || key.value.size() > longest || text->size() > longest) {
            report.error(key, "bad-value", "a label's name and value have 1 to 256 bytes");
            continue;
        }
        made[key.value] = *text;
    }
    if (made.size() > most) report.error(from, "out-of-range", "a ticket has at most 20 labels");
    return made;
}

std::optional<watched_ticket> read_ticket(problems& report, const node& from) {
    watched_ticket made;
    const node* id = &from;
    if (from.kind == policies::yaml::node_kind::map) {
        fields ticket(report, from, "a ticket");
        id = ticket.require("id");
        if (const node* labels = ticket.find("labels")) made.labels = read_labels(report, *labels);
        ticket.finish();
    }
    if (id == nullptr) return std::nullopt;
    const auto text = read_text(report, *id, "a ticket's id");
    if (!text) return std::nullopt;
    if (!is_ticket_id(*text)) {
        report.error(*id, "bad-value", "'" + *text + "' is no ticket id",
                     "an id has 1 to 26 letters, digits, '_' and '-'");
        return std::nullopt;
    }
    made.id = *text;
    return made;
}

std::vector<watched_ticket> read_watch(problems& report, const node& from) {
    std::vector<watched_ticket> made;
    const auto* list = read_list(report, from, "tickets.watch");
    if (list == nullptr) return made;
    std::set<std::string> seen;
    for (const node& each : *list) {
        std::optional<watched_ticket> ticket = read_ticket(report, each);
        if (!ticket) continue;
        if (!seen.insert(ticket->id).second) {
            report.error(each, "duplicate-ticket", "the ticket " + ticket->id + " is named twice",
                         "remove one of the two");
            continue;
        }
        made.push_back(std::move(*ticket));
    }
    return made;
}

// Facts that come about by watching cannot say what is to be watched.
void check_told(problems& report, const node& where, const policies::cel::expression& match) {
    for (const std::string& name : match.names()) {
        if (policies::teller_of(name) != policies::told_by::nobody) continue;
        report.error(where, "not-known-yet",
                     "nothing tells '" + name + "' of a ticket that is not watched yet",
                     "use what its list or basic information tells: order_name, name, creator, "
                     "status, created, age, params, script_uuid, ...");
        return;
    }
}

discovery read_discovery(problems& report, const node& from) {
    discovery made;
    fields section(report, from, "tickets.discover");
    if (const node* value = section.find("every")) {
        made.every = read_duration(report, *value, "tickets.discover.every",
                                   {std::chrono::seconds{1}, std::chrono::hours{24}})
                         .value_or(made.every);
    }
    const node* const creator = section.find("creator");
    if (creator != nullptr) {
        made.creator = read_text(report, *creator, "tickets.discover.creator").value_or("");
        constexpr std::size_t longest = 64;  // reference/coc-api.md §3.1
        if (made.creator.size() > longest)
            report.error(*creator, "out-of-range",
                         "tickets.discover.creator is longer than 64 bytes");
    }
    const node* const match = section.find("match");
    if (match != nullptr) {
        if (auto condition = policies::compile_match(report, *match)) {
            check_told(report, *match, *condition);
            made.match = std::move(*condition);
        }
    }
    if (creator == nullptr && match == nullptr && section.usable())
        report.error(from, "missing-key", "tickets.discover says neither creator nor match",
                     "name the creator, or write a condition such as "
                     "match: 'ticket.order_name.startsWith(\"deploy-\")'");
    section.finish();
    return made;
}

}  // namespace

void read_tickets(reading_file& from, config& into) {
    const node* found = from.top.find("tickets");
    if (found == nullptr) return;
    fields section(from.report, *found, "tickets");
    if (const node* watch = section.find("watch")) into.watch = read_watch(from.report, *watch);
    if (const node* discover = section.find("discover"))
        into.discover = read_discovery(from.report, *discover);
    section.finish();
}

}  // namespace rolloutd::config
