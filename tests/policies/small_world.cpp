#include "tests/policies/small_world.h"

#include <algorithm>
#include <boost/mp11/algorithm.hpp>

#include "tests/support/a_ticket.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

std::vector<a_policy> policies_for(action what) {
    a_policy made;
    const auto limited = [](a_rule rule) { return rule.cooldown(small::cooldown); };
    switch (what) {
        case action::pause:
            return {made.rule(limited(a_rule("it").when("count.abnormal > 0")).do_pause())};
        case action::cancel:
            return {made.rule(limited(a_rule("it").when("count.abnormal > 0")).do_cancel())};
        case action::skip_batch:
            return {made.rule(
                limited(a_rule("it").each_batch().when("batch.current && batch.count.abnormal > 0"))
                    .do_skip())};
        case action::cancel_instance:
            return {made.rule(
                limited(a_rule("it").each_instance().when("instance.id == 1001 && "
                                                          "instance.status == \"PROCESSING\""))
                    .do_cancel_instance())};
        default:
            return {made.rule(limited(a_rule("it").when("ticket.status == \"PAUSED\" && "
                                                        "ticket.pause_cause == \"rotation\""))
                                  .do_continue())};
    }
}

int batches_of(action what) { return what == action::continue_ticket ? 3 : 2; }
int size_of(action what) { return what == action::continue_ticket ? 1 : 2; }

// As a new process has it: only what records tell.
ticket_state durable_part(const ticket_state& from) {
    ticket_state made;
    using members = boost::describe::describe_members<ticket_state, boost::describe::mod_public>;
    boost::mp11::mp_for_each<members>(
        [&](auto member) { made.*member.pointer = from.*member.pointer; });
    return made;
}

bool is_open(const std::string& status) { return status == "READY" || status == "PROCESSING"; }

// Something of the current batch is not settled.
bool has_open(const small_cloud& cloud) {
    return std::ranges::any_of(cloud.instances, [&cloud](const auto& each) {
        return each.first / 1000 == cloud.current && is_open(each.second);
    });
}

}  // namespace

std::string ledger_of(const intended& what) {
    return what.policy + "/" + what.rule + " " + to_text(what.who) + " " +
           std::to_string(what.episode) + "." + std::to_string(what.step);
}

state_key::value small_world::key() const {
    state_key made(now, small::memory);
    made.add(state);
    made.add(cloud.status);
    made.add(cloud.current);
    made.add(cloud.instances);
    made.add(cloud.paused_by_person);
    made.add(cloud.pause_is_ours);
    made.add(left.faults);
    made.add(left.crashes);
    made.add(left.people);
    made.add(left.stretches);
    made.add(left.moves);
    made.add(permit);
    made.add(permit_intent);
    for (const late_request& each : late) {
        made.add(each.what);
        made.add(each.until);
    }
    for (const auto& [name, each] : ledgers) {
        made.add(each.tries);
        made.add(each.effective);
        made.add(each.doubtful);
        made.add(each.overruled);
        made.add(each.failed_at);
    }
    return made.digest();
}

small_rules::small_rules(const small_plan& plan) : plan_(plan) {
    settings_.ceiling = mode::enforce;
    settings_.cloud_timeout = 5s;
    settings_.effect_deadline = small::deadline;
    settings_.human_hold = 20s;
    settings_.proposals_expire = 60s;
    settings_.limits.cancelled_percent_tenths = 1000;
    settings_.policies = policy_set_of(policies_for(plan.what));
}

// Two readings have been taken, as a rule needs; the third is the first that can be of interest.
small_world small_rules::begin() const {
    small_world made;
    made.left = plan_;
    made.now = noon;
    for (int batch = 1; batch <= batches_of(plan_.what); ++batch) {
        for (int number = 1; number <= size_of(plan_.what); ++number)
            made.cloud.instances[batch * 1000 + number] = batch == 1 ? "PROCESSING" : "READY";
    }
    for (int times = 0; times < 2; ++times) {
        made.now += small::poll;
        // The instance to be cancelled is seen to run from the third reading on.
        small_cloud seen_now = made.cloud;
        if (plan_.what == action::cancel_instance) seen_now.instances[1001] = "READY";
        step(made, seen{.what = look_at(seen_now), .planned = small::poll}, "", nullptr);
    }
    // What calls for the operation has just happened.
    if (plan_.what == action::continue_ticket) settle_one(made.cloud, "FINISHED");
    const bool by_failure = plan_.what == action::pause || plan_.what == action::cancel ||
                            plan_.what == action::skip_batch;
    if (by_failure) settle_one(made.cloud, "ABNORMAL");
    return made;
}

reading small_rules::look_at(const small_cloud& cloud) const {
    a_ticket made;
    made.timeout(small::deadline);
    std::map<int, int> sizes;
    for (const auto& [id, status] : cloud.instances)
        ++sizes[static_cast<int>(id / 1000)];
    for (const auto& [batch, size] : sizes)
        made.batch(size, plan_.what == action::continue_ticket ? "PAUSE" : "CONTINUE");
    made.with_details().current(cloud.current).status(cloud.status);
    for (const auto& [id, status] : cloud.instances)
        made.instance(id, status);
    return made.read();
}

// What the record says of a try.
void small_rules::keep_ledger(small_world& in, const ticket_state& state, const event& what) {
    const auto* effect = std::get_if<effected>(&what);
    if (effect == nullptr) return;
    const auto flown = std::ranges::find(state.flights, effect->intent, &flight::intent);
    if (flown == state.flights.end()) return;
    try_ledger& of = in.ledgers[ledger_of(flown->what)];
    const effect_kind became = effect->effect;
    if (became == effect_kind::lost || became == effect_kind::refused) of.failed_at = in.now;
    if (became != effect_kind::unknown && became != effect_kind::pending) of.tries = 0;
}

// One step of the daemon. Every record of it may be the last one that a crash leaves.
outcome small_rules::step(small_world& in, const input& what, const std::string& how,
                          worlds* crashes) const {
    const fleet_view fleet;
    settings rules = settings_;
    rules.generation = in.generation;
    small_world before = in;
    const bool may_crash = crashes != nullptr && in.left.crashes > 0;
    if (may_crash) before.state = durable_part(in.state);
    const auto append = [&](const event& each) {
        const stamp where{.seq = ++in.records, .at = in.now};
        if (may_crash) {
            next_world dead{how + ", dead before record " + std::to_string(where.seq), before};
            restart(dead.what);
            crashes->push_back(std::move(dead));
        }
        keep_ledger(in, in.state, each);
        if (may_crash) {
            keep_ledger(before, before.state, each);
            apply(before.state, each, where);
            before.records = in.records;
        }
        return where;
    };
    outcome result = policies::step(in.state, what, {rules, fleet, in.now}, append);
    check_send(in, result);
    in.permit = result.send;
    in.permit_intent = result.send_intent;
    in.over = result.over;
    return result;
}

void small_rules::restart(small_world& in) const {
    --in.left.crashes;
    // It cannot know that nothing was written.
    if (in.permit && in.permit->what.what == action::continue_ticket)
        in.ledgers[ledger_of(*in.permit)].doubtful = true;
    in.permit.reset();
    in.permit_intent = 0;
    ++in.generation;
    ticket_state folded = durable_part(in.state);
    apply(folded, restarted{.seen_until = folded.seen_at}, {.seq = ++in.records, .at = in.now});
    in.state = std::move(folded);
}

void small_rules::begin_next(small_cloud& cloud) const {
    if (cloud.current == batches_of(plan_.what)) {
        cloud.status = "FINISHED";
        return;
    }
    ++cloud.current;
    for (auto& [id, status] : cloud.instances)
        if (id / 1000 == cloud.current) status = "PROCESSING";
}

void small_rules::go_on(small_cloud& cloud) const {
    if (has_open(cloud) || cloud.status != "PROCESSING") return;
    const bool rests =
        plan_.what == action::continue_ticket && cloud.current < batches_of(plan_.what);
    if (!rests) return begin_next(cloud);
    cloud.status = "PAUSED";
    cloud.paused_by_person = false;
    cloud.pause_is_ours = false;
}

void small_rules::settle_one(small_cloud& cloud, const std::string& as) const {
    for (auto& [id, status] : cloud.instances) {
        if (id / 1000 != cloud.current || status != "PROCESSING") continue;
        status = as;
        break;
    }
    go_on(cloud);
}

bool small_rules::carry_out(small_world& in, const operation& what, const std::string& of) const {
    small_cloud& cloud = in.cloud;
    const bool runs = cloud.status == "PROCESSING";
    switch (what.what) {
        case action::pause:
            if (!runs) return false;
            cloud.status = "PAUSED";
            break;
        case action::continue_ticket:
            if (cloud.status != "PAUSED") return false;
            cloud.status = "PROCESSING";
            if (!has_open(cloud)) begin_next(cloud);
            break;
        case action::skip_batch:
            if (!runs || what.batch != cloud.current) return false;
            begin_next(cloud);
            break;
        case action::cancel_instance: {
            std::string& status = cloud.instances.at(what.instance.value_or(0));
            if (!runs || !is_open(status)) return false;
            status = "CANCELED";
            go_on(cloud);
            break;
        }
        case action::cancel:
            if (cloud.status == "FINISHED" || cloud.status == "CANCELED") return false;
            cloud.status = "CANCELED";
            break;
        case action::notify: return false;
    }
    if (cloud.status != "PAUSED") cloud.paused_by_person = cloud.pause_is_ours = false;
    if (of.empty()) return true;
    if (what.what == action::pause) cloud.pause_is_ours = true;
    try_ledger& ledger = in.ledgers[of];
    // Nothing in the API keeps a pause that comes late from pausing again what a person has let go.
    if (++ledger.effective > 1 && !ledger.overruled)
        in.broken = "took effect twice in one episode: " + of;
    return true;
}

// What the engine hands out to be sent.
void small_rules::check_send(small_world& in, const outcome& result) const {
    if (!result.send) return;
    const intended& what = *result.send;
    const std::string name = ledger_of(what);
    const try_ledger& ledger = in.ledgers[name];
    if (in.permit) in.broken = "two operations at once: " + name;
    if (!result.fresh) in.broken = "sent without a fresh reading: " + name;
    const auto known = std::ranges::find(in.state.flights, result.send_intent, &flight::intent);
    if (known == in.state.flights.end()) in.broken = "sent without an intent on record: " + name;
    if (ledger.failed_at && in.now < *ledger.failed_at + small::cooldown)
        in.broken = "sent again before the cooldown: " + name;
    if (what.what.what == action::continue_ticket) {
        if (ledger.doubtful) in.broken = "continued again after a lost answer: " + name;
        if (in.cloud.paused_by_person) in.broken = "continues what a person paused: " + name;
    }
    if (in.cloud.status == "FINISHED" || in.cloud.status == "CANCELED")
        in.broken = "sent although the ticket is over: " + name;
}

// The first byte goes out.
void small_rules::check_write(small_world& in) const {
    const std::string name = ledger_of(*in.permit);
    try_ledger& ledger = in.ledgers[name];
    if (++ledger.tries > settings_.tries) in.broken = "more tries than allowed: " + name;
}

}  // namespace rolloutd::tests
