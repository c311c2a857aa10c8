#include "tests/bench/urgency/run.h"

#include <algorithm>
#include <map>
#include <memory>

#include "policies/foresight.h"

namespace rolloutd::bench {

namespace {

using policies::outcome;

constexpr timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} +
                          std::chrono::hours{10}};

struct watched_ticket {
    cloud_ticket cloud;
    policies::ticket_state state;
    duration planned{};
    duration read_at{};
    int readings = 0;
    std::optional<duration> asked;  // by the engine; round robin does not listen
    bool settled = false;           // its pause was received
};

class simulation {
public:
    simulation(order how, const fleet_plan& plan, const budget& allowed,
               const policies::settings& rules)
        : how_(how),
          rules_(rules),
          call_(std::chrono::round<duration>(
              std::chrono::duration<double>{1 / allowed.requests_per_second})),
          reading_(call_ * allowed.calls_per_reading),
          slowest_(allowed.pace.slowest),
          urgency_(allowed.pace),
          end_(plan.warm_up + plan.window + 3 * going_bad) {
        for (cloud_ticket& each : make_fleet(plan)) {
            watched_ticket made;
            made.state.id = each.id;
            made.planned = reading_ * plan.tickets;
            index_.emplace(each.id, tickets_.size());
            urgency_.add(each.id, start);
            made.cloud = std::move(each);
            tickets_.push_back(std::move(made));
        }
    }

    run_result run() {
        while (now_ < end_) {
            const std::optional<std::size_t> who = choose();
            if (who) {
                read(tickets_[*who]);
            } else {
                now_ += call_;
            }
        }
        return report();
    }

private:
    std::optional<std::size_t> choose() {
        if (how_ == order::round_robin) return turn_++ % tickets_.size();
        if (how_ == order::clairvoyant) return foreseen();
        const auto turn = urgency_.next(start + now_);
        if (!turn) return std::nullopt;
        return index_.at(turn->id);
    }

    // What a reading that begins now will show first. Who waits longest for nothing is read in the
    // time between, so that nobody is unseen for too long.
    std::optional<std::size_t> foreseen() {
        std::optional<std::size_t> best;
        std::optional<duration> since;
        std::size_t oldest = 0;
        for (std::size_t i = 0; i < tickets_.size(); ++i) {
            const watched_ticket& each = tickets_[i];
            if (each.read_at < tickets_[oldest].read_at) oldest = i;
            if (!each.cloud.true_since || each.settled) continue;
            duration due = *each.cloud.true_since;
            if (each.read_at >= due) due = each.asked.value_or(now_ + reading_ + call_);
            if (due > now_ + reading_) continue;
            if (!since || due < *since) {
                best = i;
                since = due;
            }
        }
        const bool starves = now_ - tickets_[oldest].read_at > 2 * slowest_ - 20 * reading_;
        return starves ? oldest : best.value_or(oldest);
    }

    void read(watched_ticket& who) {
        now_ += reading_;
        longest_ = std::max(longest_, now_ - who.read_at);
        who.read_at = now_;
        ++who.readings;
        ++readings_;
        const policies::seen what{.what = who.cloud.read(now_), .planned = who.planned};
        outcome last = step(who, what);
        if (last.send) {
            operate(who, *last.send);
            const policies::answer told{.intent = last.send_intent,
                                        .kind = policies::answer_kind::accepted,
                                        .http_status = 200,
                                        .code = {},
                                        .message = {},
                                        .retry_after = {}};
            outcome answered = step(who, told);
            answered.views = std::move(last.views);
            last = std::move(answered);
        }
        who.asked.reset();
        if (last.wake_at) who.asked = *last.wake_at - start;
        if (how_ != order::urgency) return;
        const policies::context around{rules_, fleet_, start + now_};
        const policies::foresight found = policies::foresee(who.state, last, around, slowest_);
        who.planned = urgency_.seen(who.state.id, found, start + now_);
    }

    void operate(watched_ticket& who, const policies::intended& what) {
        now_ += call_;
        ++operations_;
        if (what.what.what != policies::action::pause || who.settled) return;
        who.cloud.paused_at = now_;
        who.settled = true;
        if (!who.cloud.true_since || *who.cloud.true_since > now_) {
            ++early_;
        } else {
            reactions_.push_back(now_ - *who.cloud.true_since);
        }
    }

    outcome step(watched_ticket& who, const policies::input& what) {
        const policies::context around{rules_, fleet_, start + now_};
        return policies::step(who.state, what, around, [this](const policies::event&) {
            return policies::stamp{.seq = ++records_, .at = start + now_};
        });
    }

    run_result report() {
        run_result result;
        result.reactions = std::move(reactions_);
        std::ranges::sort(result.reactions);
        result.early = early_;
        result.readings = readings_;
        result.operations = operations_;
        int quiet = 0;
        int healthy = 0;
        int quiet_readings = 0;
        int healthy_readings = 0;
        for (const watched_ticket& each : tickets_) {
            longest_ = std::max(longest_, end_ - each.read_at);
            if (each.cloud.true_since && *each.cloud.true_since < end_ && !each.settled) {
                ++result.missed;
            }
            if (each.cloud.goes == course::healthy) {
                ++healthy;
                healthy_readings += each.readings;
            } else if (each.cloud.goes != course::failing) {
                ++quiet;
                quiet_readings += each.readings;
            }
        }
        result.longest_unseen = longest_;
        const double length = std::chrono::duration<double>{end_}.count();
        result.quiet_every = length * quiet / quiet_readings;
        result.healthy_every = length * healthy / healthy_readings;
        return result;
    }

    order how_;
    const policies::settings& rules_;
    policies::fleet_view fleet_;
    duration call_;
    duration reading_;
    duration slowest_;
    policies::reading_order urgency_;
    duration end_;
    std::vector<watched_ticket> tickets_;
    std::map<policies::ticket_id, std::size_t> index_;
    duration now_{};
    std::size_t turn_ = 0;
    policies::sequence records_ = 0;
    std::vector<duration> reactions_;
    duration longest_{};
    int early_ = 0;
    int readings_ = 0;
    int operations_ = 0;
};

}  // namespace

std::string_view to_text(order what) {
    switch (what) {
        case order::round_robin: return "round robin";
        case order::urgency: return "urgency";
        case order::clairvoyant: return "clairvoyant";
    }
    return "";
}

run_result run(order how, const fleet_plan& plan, const budget& allowed,
               const policies::settings& rules) {
    simulation simulated{how, plan, allowed, rules};
    return simulated.run();
}

}  // namespace rolloutd::bench
