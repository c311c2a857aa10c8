#include "tests/sim/crew.h"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "daemon/journal/record.h"

namespace rolloutd::sim {

namespace {

using namespace std::chrono_literals;

// Somebody looks at a proposal this long before he answers: what is still under way to the cloud
// has arrived by then.
constexpr duration reflection = 3min;
// An order that has come to nothing is given again.
constexpr duration again_after = 5min;
constexpr duration pause_lasts = 2min;
constexpr duration order_after = 1min;

// The answer as far as anybody looks at it.
act_answer read_answer(const daemon::admin_page& page) {
    act_answer said;
    said.status = page.status;
    const boost::json::value body = boost::json::parse(page.body);
    const boost::json::object* const all = body.if_object();
    if (all == nullptr || page.status != 200) return said;
    said.recorded = all->at("recorded").as_bool();
    said.seq = all->at("seq").to_number<std::uint64_t>();
    said.text = std::string(all->at("text").as_string());
    return said;
}

std::string path_of(const std::string& command, const std::string& ticket) {
    return "/api/v1/" + (ticket.empty() ? "" : "tickets/" + ticket + "/") + command;
}

std::string proposal(std::uint64_t number) {
    return "/api/v1/proposals/" + std::to_string(number) + "/";
}

}  // namespace

crew::crew(const parts& around, std::vector<errand> errands, dice chance)
    : around_(around), chance_(chance) {
    for (errand& each : errands) {
        leaves_at_ = std::max(leaves_at_, each.until);
        stops_.push_back({.what = std::move(each)});
    }
}

void crew::hear(const std::string& line, world& where) {
    const auto seen = daemon::view_envelope(line);
    if (!seen) return;
    if (seen->kind == "breaker") tripped_ = line.find(R"("open":true)") != std::string::npos;
    const bool of_a_rule = line.find(R"("by":)") == std::string::npos;
    if (seen->kind == "intent" && of_a_rule) interfere(std::string(seen->ticket), where);
    if (seen->kind != "proposal") return;
    const auto parsed = daemon::parse_record(line);
    if (!parsed) return;
    if (const auto* const ended = parsed->body.if_contains("proposal")) {
        questions_.erase(ended->to_number<std::uint64_t>());
    } else {
        questions_[parsed->head.seq] = {.ticket = parsed->head.ticket, .at = parsed->head.at};
    }
}

void crew::interfere(const std::string& ticket, world& where) {
    const timestamp now = where.now();
    if (now >= leaves_at_ || !chance_.percent(20)) return;
    const errand sudden{.from = now,
                        .until = now + chance_.between<std::int64_t, std::milli>(5s, 1min),
                        .ticket = chance_.percent(50) ? ticket : std::string()};
    // Nobody freezes what somebody else has frozen.
    if (stops(sudden.ticket)) return;
    stops_.push_back({.what = sudden});
    go_on(stops_.back(), where);
}

void crew::look(world& where) {
    for (stop& each : stops_)
        go_on(each, where);
    for (const rollout& each : around_.rollouts)
        give_orders(each, where);
    answer_proposals(where);
    if (tripped_) say("/api/v1/breaker/close", "breaker close", "", where);
}

timestamp crew::next_due(timestamp now) const {
    timestamp next = timestamp::max();
    for (const stop& each : stops_) {
        if (each.over) continue;
        if (each.what.from > now) next = std::min(next, each.what.from);
        if (each.what.until > now) next = std::min(next, each.what.until);
    }
    return next;
}

void crew::process_died() {
    for (stop& each : stops_)
        each.asked = false;
    asking_.clear();
}

bool crew::is_done() const {
    return std::ranges::all_of(stops_, [](const stop& each) { return each.over; });
}

bool crew::stops(const std::string& ticket) const {
    return std::ranges::any_of(stops_, [&ticket](const stop& each) {
        return (each.asked || each.on) && !each.over &&
               (each.what.ticket.empty() || each.what.ticket == ticket);
    });
}

// First it is put in force, then, when its time is over, ended: each until that is acknowledged.
void crew::go_on(stop& each, world& where) {
    const timestamp now = where.now();
    if (each.over || each.asked || now < each.what.from) return;
    const bool begins = now < each.what.until;
    if (begins && each.on) return;
    const bool fleet = each.what.ticket.empty();
    std::string what = fleet ? "freeze" : "hold";
    if (!begins) what = fleet ? "thaw" : "release";
    each.asked = true;
    const std::string ticket = each.what.ticket;
    where.ask(path_of(what, ticket), R"({"reason": "a simulated day"})",
              {.heard = [this, what, ticket] { around_.judge.act_heard(what, ticket); },
               .answered =
                   [this, what, ticket, begins, &each, &where](const daemon::admin_page& page) {
                       const act_answer said = read_answer(page);
                       around_.judge.act_answered(what, ticket, said, where.now());
                       each.asked = false;
                       if (begins) each.on = said.status == 200 && said.recorded;
                       // There is nothing to end, or it has ended.
                       if (!begins && said.status != 503) each.over = true;
                   }});
}

void crew::say(const std::string& path, const std::string& command, const std::string& ticket,
               world& where) {
    if (!asking_.insert(path).second) return;
    where.ask(path, R"({"reason": "a simulated day"})",
              {.heard = [this, command, ticket] { around_.judge.act_heard(command, ticket); },
               .answered =
                   [this, path, command, ticket, &where](const daemon::admin_page& page) {
                       const act_answer said = read_answer(page);
                       around_.judge.act_answered(command, ticket, said, where.now());
                       asking_.erase(path);
                       if (said.status != 503) settle(path, command, ticket, said.status == 200);
                   }});
}

// It was heard, and nothing is left to be asked again.
void crew::settle(const std::string& path, const std::string& command, const std::string& ticket,
                  bool well) {
    if (command == "breaker close") {
        tripped_ = false;
    } else if (command == "approve" || command == "deny") {
        std::erase_if(questions_,
                      [&path](const auto& each) { return path.starts_with(proposal(each.first)); });
    } else if (well) {
        orders_[ticket].taken = true;
    }
}

void crew::command(const std::string& what, const std::string& ticket, world& where) {
    orders_[ticket].tried = where.now();
    orders_[ticket].taken = false;
    say(path_of(what, ticket), what, ticket, where);
}

void crew::give_orders(const rollout& which, world& where) {
    const bool mine = which.kind == rollout_kind::steered ||
                      which.kind == rollout_kind::called_off ||
                      which.kind == rollout_kind::skipped_by_hand;
    if (!mine) return;
    const timestamp now = where.now();
    const std::string& id = which.plan.id;
    const std::string status = around_.cloud.status_of(id, now);
    if (status != "PROCESSING" && status != "PAUSED") return;
    order& kept = orders_[id];
    if (kept.seen == timestamp{}) kept.seen = now;
    if (now - kept.seen < order_after) return;
    if (which.kind == rollout_kind::steered) return steer(id, status, kept, where);
    // What was taken is given time; what was refused, or not heard, is said again.
    if (kept.taken && now - kept.tried < again_after) return;
    if (!around_.judge.effects_on(id).empty()) return;
    command(which.kind == rollout_kind::called_off ? "cancel" : "skip-batch", id, where);
}

// Paused once, and after a while continued, until that is so.
void crew::steer(const std::string& id, const std::string& status, order& mine, world& where) {
    const timestamp now = where.now();
    if (status == "PAUSED" && !mine.paused) {
        mine.paused = true;
        mine.taken = false;
        mine.seen = now;
    }
    const bool waits = mine.taken && now - mine.tried < again_after;
    if (waits) return;
    if (status == "PAUSED") {
        if (now - mine.seen > pause_lasts) command("continue", id, where);
    } else if (!mine.paused && !mine.taken) {
        command("pause", id, where);
    }
}

void crew::answer_proposals(world& where) {
    for (const auto& [number, what] : questions_) {
        if (where.now() - what.at < reflection) continue;
        const auto of = std::ranges::find_if(
            around_.rollouts, [&](const rollout& one) { return one.plan.id == what.ticket; });
        const bool no = of != around_.rollouts.end() && of->kind == rollout_kind::refused;
        const std::string word = no ? "deny" : "approve";
        say(proposal(number) + word, word, what.ticket, where);
    }
}

}  // namespace rolloutd::sim
