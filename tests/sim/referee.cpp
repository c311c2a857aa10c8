#include "tests/sim/referee.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <string_view>

#include "daemon/journal/record.h"

namespace rolloutd::sim {

namespace {

constexpr std::size_t most_violations = 100;

// "At most 2 s old" (DESIGN §6 Sending); pause is sent without a second reading.
constexpr duration reading_lasts{2'000};

constexpr std::string_view orders = "/v1/job/script/orders/";

bool is_operation(const api::http_request& asked) { return asked.method == "PUT"; }

// The 64 characters before the closing quote and brace.
std::string hash_of(const std::string& line) {
    constexpr std::size_t ending = 66;
    return line.size() < ending ? line : line.substr(line.size() - ending, 64);
}

std::string text_of(const boost::json::object& body, std::string_view key) {
    const boost::json::value* const found = body.if_contains(key);
    if (found == nullptr) return "";
    return found->is_string() ? std::string(found->get_string()) : boost::json::serialize(*found);
}

// Whether the command forbids what rules do, or allows it again.
std::optional<bool> stop_of(const std::string& command) {
    if (command == "freeze" || command == "hold") return true;
    if (command == "thaw" || command == "release") return false;
    return std::nullopt;
}

// `seq` comes first but for the version.
daemon::envelope head_of(std::string_view line, const daemon::envelope_view& seen) {
    daemon::envelope head;
    const std::string_view number = line.substr(line.find(R"("seq":)") + 6);
    std::from_chars(number.data(), number.data() + number.size(), head.seq);
    head.kind = seen.kind;
    head.ticket = seen.ticket;
    return head;
}

}  // namespace

std::string ticket_of(const api::http_request& asked) {
    const std::string_view target = asked.target;
    if (!target.starts_with(orders)) return "";
    const std::string_view rest = target.substr(orders.size());
    return std::string(rest.substr(0, rest.find_first_of("/?")));
}

bool rate_gauge::count(timestamp now) {
    const std::int64_t full = most_.burst * std::int64_t{1000};
    if (last_ != timestamp::min()) {
        const std::int64_t passed = (now - last_).count();
        level_ = std::min(full, level_ + passed * most_.per_second);
    }
    last_ = now;
    level_ -= 1000;
    if (level_ >= 0) return true;
    level_ = 0;
    return false;
}

void referee::written(const parcel& what, timestamp now) {
    ++seen_.requests;
    if (!gauge_.count(now)) {
        report(now, "more than burst + rate x t requests: " + what.request.method + " " +
                        what.request.target);
    }
    if (!is_operation(what.request)) return;
    sent(what, now);
    note_moment();
}

void referee::sent(const parcel& what, timestamp now) {
    ++seen_.operations;
    const std::string id = ticket_of(what.request);
    const std::string about = id + " " + what.request.body;
    ticket_record& record = tickets_[id];
    if (++record.in_flight > 1) report(now, "sent beside another operation: " + about);
    intent* const why = take_intent(record, what.request.body);
    if (why == nullptr) report(now, "sent without a durable intent of its own: " + about);
    const std::string stop = forbidden_.against(id);
    if (!stop.empty() && why != nullptr && !why->of_a_person)
        report(now, "sent by a rule in spite of a " + stop + ": " + about);
    operations_[what.number] = {id, why == nullptr ? "" : why->episode};
    const auto before = record.tried.find(operations_[what.number].episode);
    const bool again = why != nullptr && before != record.tried.end();
    if (again && record.well_read_at && *record.well_read_at < before->second)
        report(now, "tried again without a reading: " + about);
    record.tried[operations_[what.number].episode] = now;
    const bool pause = what.request.body.find("PAUSE_ORDER") != std::string::npos;
    if (!record.well_read_at) {
        report(now, "sent upon a reading that failed: " + about);
    } else if (!pause && now - *record.well_read_at > reading_lasts) {
        report(now, "sent upon a reading that is too old: " + about);
    }
}

// The latest one that asked for exactly this and was not sent yet.
referee::intent* referee::take_intent(ticket_record& of, const std::string& body) {
    for (auto each = of.intents.rbegin(); each != of.intents.rend(); ++each) {
        if (each->second.used || each->second.body != body) continue;
        each->second.used = true;
        return &each->second;
    }
    return nullptr;
}

void referee::took_effect(const parcel& what, const std::string& effect, timestamp now) {
    ++seen_.effects[effect];
    note_moment();
    const auto found = operations_.find(what.number);
    if (found == operations_.end()) return;
    ticket_record& record = tickets_[found->second.ticket];
    ++record.effects[effect];
    const int times = ++record.effective[found->second.episode];
    if (times > 1) {
        report(now, "took effect " + std::to_string(times) + " times in the episode " +
                        found->second.episode + " of " + found->second.ticket);
    }
}

void referee::ended(const parcel& what, bool well, timestamp now) {
    const std::string id = ticket_of(what.request);
    if (id.empty()) return;
    ticket_record& record = tickets_[id];
    if (!is_operation(what.request)) {
        record.well_read_at.reset();
        if (well) record.well_read_at = now;
    } else if (operations_.contains(what.number)) {
        --record.in_flight;
        record.tried[operations_[what.number].episode] = now;
        note_moment();
    }
}

void referee::process_died(timestamp now) {
    gauge_ = rate_gauge(most_);
    forbidden_.process_died();
    for (auto& [id, record] : tickets_) {
        if (record.in_flight > 0) {
            for (auto& [episode, until] : record.tried)
                until = std::max(until, now);
        }
        record.in_flight = 0;
        record.well_read_at.reset();
    }
}

void referee::found(const std::string& line) { durable_.erase(hash_of(line)); }

void referee::report_lost(timestamp now) {
    if (durable_.empty()) return;
    report(now, std::to_string(durable_.size()) + " records that were durable are lost");
}

void referee::became_durable(const std::string& line) {
    durable_.insert(hash_of(line));
    const auto seen = daemon::view_envelope(line);
    if (!seen) return unreadable(line);
    forbidden_.became_durable(head_of(line, *seen));
    const bool confirms =
        seen->kind == "effect" && line.find(R"("effect":"confirmed")") != std::string::npos;
    if (confirms) confirmed_.insert(std::string(seen->ticket));
    if (seen->kind != "intent") return;
    const auto parsed = daemon::parse_record(line);
    if (!parsed) return unreadable(line);
    tickets_[parsed->head.ticket].intents[parsed->head.seq] = intent_of(parsed->body);
    note_moment();
}

referee::intent referee::intent_of(const boost::json::object& body) {
    intent made;
    made.of_a_person = !text_of(body, "by").empty();
    if (made.of_a_person) {
        // The record of the act stands for the episode.
        made.episode = text_of(body, "by") + "/" + text_of(body, "decision");
    } else {
        for (const std::string_view key : {"policy", "rule", "subject", "episode", "step"})
            made.episode += text_of(body, key) + "/";
    }
    made.body = text_of(body.at("request").as_object(), "body");
    return made;
}

void referee::unreadable(const std::string& line) {
    violations_.push_back("a record that cannot be read is durable: " + line);
}

void referee::act_heard(const std::string& command, const std::string& ticket) {
    if (const auto forbids = stop_of(command)) forbidden_.asked(ticket, *forbids);
    note_moment();
}

void referee::act_answered(const std::string& command, const std::string& ticket,
                           const act_answer& said, timestamp now) {
    ++seen_.acts[command];
    const auto forbids = stop_of(command);
    const std::string wrong = forbids ? forbidden_.answered(ticket, *forbids, said) : std::string();
    if (!wrong.empty()) report(now, wrong);
    note_moment();
}

void referee::report(timestamp now, const std::string& what) {
    if (violations_.size() < most_violations) {
        violations_.push_back(policies::to_text(now) + " " + what);
    }
}

std::map<std::string, int> referee::effects_on(const std::string& ticket) const {
    const auto found = tickets_.find(ticket);
    return found == tickets_.end() ? std::map<std::string, int>() : found->second.effects;
}

}  // namespace rolloutd::sim
