// What may happen next in the small world.
#include <algorithm>

#include "tests/policies/small_world.h"
#include "tests/support/a_ticket.h"

namespace rolloutd::tests {

using namespace policies;

std::vector<next_world> small_rules::successors(const small_world& from) const {
    worlds next;
    if (!from.broken.empty() || from.over) return next;
    if (from.permit) {
        send(from, next);
    } else {
        read(from, small::poll, next);
        fail_to_read(from, next);
    }
    let_cloud_move(from, next);
    let_person_act(from, next);
    let_late_arrive(from, next);
    crash(from, next);
    return next;
}

void small_rules::read(const small_world& from, duration after, worlds& next) const {
    next_world seen_well{"read", from};
    seen_well.what.now += after;
    const reading found = look_at(from.cloud);
    step(seen_well.what, seen{.what = found, .planned = small::poll}, seen_well.how, &next);
    next.push_back(std::move(seen_well));
    if (from.left.stretches == 0) return;
    for (const duration pause : {small::long_while, small::very_long_while}) {
        next_world later{"nobody looks for " + to_text(pause), from};
        later.what.now += pause;
        --later.what.left.stretches;
        step(later.what, wake{.planned = small::poll}, later.how, &next);
        next.push_back(std::move(later));
    }
}

void small_rules::fail_to_read(const small_world& from, worlds& next) const {
    if (from.left.faults == 0) return;
    next_world blind{"a reading fails", from};
    blind.what.now += small::poll;
    --blind.what.left.faults;
    const failed_reading why{
        .origin = "network", .code = "timeout", .detail = {}, .not_found = false};
    step(blind.what, seen{.what = why, .planned = small::poll}, blind.how, &next);
    next.push_back(std::move(blind));
}

void small_rules::let_cloud_move(const small_world& from, worlds& next) const {
    if (from.left.moves == 0 || from.cloud.status != "PROCESSING") return;
    for (const char* const as : {"FINISHED", "ABNORMAL"}) {
        next_world moved{std::string("an instance is ") + as, from};
        --moved.what.left.moves;
        settle_one(moved.what.cloud, as);
        next.push_back(std::move(moved));
    }
}

void small_rules::let_person_act(const small_world& from, worlds& next) const {
    if (from.left.people == 0) return;
    for (const action what : {action::pause, action::continue_ticket, action::cancel}) {
        next_world acted{"a person's " + std::string(to_text(what)), from};
        const bool ours = from.cloud.pause_is_ours;
        --acted.what.left.people;
        if (!carry_out(acted.what, {.what = what, .batch = {}, .instance = {}}, "")) continue;
        if (what == action::pause) acted.what.cloud.paused_by_person = true;
        if (what == action::continue_ticket && ours) {
            for (auto& [name, ledger] : acted.what.ledgers)
                ledger.overruled = true;
        }
        next.push_back(std::move(acted));
    }
}

void small_rules::let_late_arrive(const small_world& from, worlds& next) const {
    for (std::size_t each = 0; each < from.late.size(); ++each) {
        next_world arrived{"a late request arrives", from};
        const late_request what = from.late[each];
        arrived.what.late.erase(arrived.what.late.begin() + static_cast<std::ptrdiff_t>(each));
        if (from.now <= what.until) carry_out(arrived.what, what.what, what.of);
        next.push_back(std::move(arrived));
    }
}

// Between two steps: everything is durable.
void small_rules::crash(const small_world& from, worlds& next) const {
    if (from.left.crashes == 0) return;
    next_world dead{"the process dies", from};
    dead.what.now += small::poll;
    restart(dead.what);
    next.push_back(std::move(dead));
}

void small_rules::answer_with(small_world sent, answer_kind kind, const std::string& how,
                              worlds& next) const {
    const intended what = *sent.permit;
    if (kind == answer_kind::unknown) {
        sent.ledgers[ledger_of(what)].doubtful = what.what.what == action::continue_ticket;
        sent.now += small::poll;
    }
    const answer got{.intent = sent.permit_intent,
                     .kind = kind,
                     .http_status = 0,
                     .code = "code",
                     .message = {},
                     .retry_after = {}};
    sent.permit.reset();
    const std::size_t before = next.size();
    next_world told{how, std::move(sent)};
    step(told.what, got, how, &next);
    // Whoever dies before the answer is on record has lost it.
    for (std::size_t each = before; each < next.size(); ++each) {
        if (what.what.what != action::continue_ticket || kind == answer_kind::refused) continue;
        if (kind == answer_kind::not_executed) continue;
        next[each].what.ledgers[ledger_of(what)].doubtful = true;
    }
    next.push_back(std::move(told));
}

void small_rules::send(const small_world& from, worlds& next) const {
    const operation call = from.permit->what;
    const std::string name = ledger_of(*from.permit);
    next_world held{"withheld", from};
    held.what.permit.reset();
    step(held.what, withheld{.intent = from.permit_intent, .why = "hold"}, held.how, &next);
    next.push_back(std::move(held));

    small_world written = from;
    check_write(written);
    small_world done = written;
    const bool effective = carry_out(done, call, name);
    if (!effective) {
        answer_with(written, answer_kind::refused, "the cloud refuses", next);
    } else {
        answer_with(done, answer_kind::accepted, "200", next);
    }
    if (from.left.faults == 0) return;
    --written.left.faults;
    --done.left.faults;
    small_world late = written;
    late.late.push_back({call, name, from.now + small::latest});
    answer_with(written, answer_kind::refused, "refused", next);
    answer_with(written, answer_kind::accepted, "200 and nothing comes of it", next);
    answer_with(late, answer_kind::accepted, "200 and the effect comes late", next);
    answer_with(late, answer_kind::unknown, "no answer, and it arrives late", next);
    answer_with(written, answer_kind::unknown, "lost before the effect", next);
    if (effective) answer_with(done, answer_kind::unknown, "lost after the effect", next);
    small_world throttled = from;
    --throttled.left.faults;
    answer_with(throttled, answer_kind::not_executed, "throttled", next);
}

std::string small_rules::wrong_after_peace(small_world from) const {
    from.left = {
        .what = plan_.what, .faults = 0, .crashes = 0, .people = 0, .stretches = 0, .moves = 0};
    from.late.clear();
    for (int times = 0; times < 20 && !from.over && from.broken.empty(); ++times) {
        if (from.permit) {
            const operation call = from.permit->what;
            const bool done = carry_out(from, call, ledger_of(*from.permit));
            worlds next;
            answer_with(from, done ? answer_kind::accepted : answer_kind::refused, "", next);
            from = std::move(next.back().what);
            continue;
        }
        from.now += small::long_while / 2;
        step(from, seen{.what = look_at(from.cloud), .planned = small::poll}, "", nullptr);
    }
    if (!from.broken.empty()) return from.broken;
    return from.state.flights.empty() ? "" : "an operation is never settled";
}

}  // namespace rolloutd::tests
