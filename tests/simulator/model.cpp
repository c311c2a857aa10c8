#include "tests/simulator/model.h"

#include <algorithm>
#include <utility>

namespace coc_sim {

bool is_settled(instance_status status) {
    return status != instance_status::ready && status != instance_status::processing;
}

bool is_settled(const batch& which) {
    return which.skipped || std::ranges::all_of(which.instances, [](const instance& one) {
               return is_settled(one.status);
           });
}

bool is_over(order_status status) {
    return status == order_status::canceled || status == order_status::finished;
}

ticket::ticket(ticket_plan plan, sim_time created, ticket_numbers numbers)
    : plan_(std::move(plan)), created_(created), order_id_(numbers.order) {
    std::int64_t next_id = numbers.first_instance;
    for (const batch_plan& planned : plan_.batches) {
        batch made{.strategy = planned.strategy,
                   .label = planned.label,
                   .stagger = planned.stagger,
                   .skipped = false,
                   .instances = {}};
        for (const instance_plan& one : planned.instances) {
            made.instances.push_back({.id = next_id++,
                                      .plan = one,
                                      .status = instance_status::ready,
                                      .started = std::nullopt,
                                      .finished = std::nullopt});
        }
        batches_.push_back(std::move(made));
    }
    agenda_.insert({.at = created_ + plan_.start_delay, .kind = event_kind::begin});
    for (const person_act& act : plan_.people) {
        agenda_.insert(
            {.at = created_ + act.at, .kind = event_kind::effect, .batch = scheduled_.size()});
        scheduled_.push_back(act.what);
    }
}

void ticket::advance(sim_time now) {
    while (!agenda_.empty() && agenda_.begin()->at <= now) {
        const event due = *agenda_.begin();
        agenda_.erase(agenda_.begin());
        ++version_;
        happen(due);
    }
}

void ticket::happen(const event& due) {
    switch (due.kind) {
        case event_kind::begin:
            if (status_ != order_status::ready) return;
            status_ = order_status::processing;
            begin_batch(1, due.at);
            return;
        case event_kind::start: return dispatch(due.batch, due.instance, due.at);
        case event_kind::end: return settle(due.batch, due.instance, due.at);
        case event_kind::effect: {
            const operation what = scheduled_[due.batch];
            if (judge(what).accepted) carry_out(what, due.at);
            return;
        }
    }
}

void ticket::dispatch(std::size_t batch_number, std::size_t instance_number, sim_time at) {
    instance& one = batches_[batch_number].instances[instance_number];
    if (one.status != instance_status::ready) return;
    one.status = instance_status::processing;
    one.started = at;
    if (one.plan.ends == ending::hangs) return;
    agenda_.insert({.at = at + one.plan.takes,
                    .kind = event_kind::end,
                    .batch = batch_number,
                    .instance = instance_number});
}

void ticket::settle(std::size_t batch_number, std::size_t instance_number, sim_time at) {
    instance& one = batches_[batch_number].instances[instance_number];
    if (one.status != instance_status::processing) return;
    switch (one.plan.ends) {
        case ending::fails: one.status = instance_status::abnormal; break;
        case ending::rolls_back: one.status = instance_status::rollbacked; break;
        case ending::finishes:
        case ending::hangs: one.status = instance_status::finished; break;
    }
    one.finished = at;
    // A batch that was skipped with its instances left running has no say any more.
    if (static_cast<int>(batch_number) + 1 == current_ && !current().skipped) move_on(at);
}

void ticket::begin_batch(int index, sim_time at) {
    current_ = index;
    if (is_settled(current())) return next_or_finish(at);
    schedule_starts(at);
}

void ticket::schedule_starts(sim_time at) {
    const std::size_t number = static_cast<std::size_t>(current_ - 1);
    sim_time start = at;
    for (std::size_t i = 0; i < current().instances.size(); ++i) {
        if (current().instances[i].status != instance_status::ready) continue;
        agenda_.insert({.at = start, .kind = event_kind::start, .batch = number, .instance = i});
        start += current().stagger;
    }
}

void ticket::withhold_starts() {
    std::erase_if(agenda_, [](const event& due) { return due.kind == event_kind::start; });
}

// Called when something of the current batch was settled, or when a pause began.
void ticket::move_on(sim_time at) {
    if (is_settled(current())) {
        const bool runs = status_ == order_status::processing;
        // While PAUSED the next batch waits for CONTINUE_ORDER; after the last there is nothing to
        // wait for.
        if (runs || (status_ == order_status::paused && is_last())) conclude_batch(at);
        return;
    }
    const bool none_runs = std::ranges::none_of(current().instances, [](const instance& one) {
        return one.status == instance_status::processing;
    });
    if (pausing_ && none_runs) {
        pausing_ = false;
        status_ = order_status::paused;
    }
}

void ticket::conclude_batch(sim_time at) {
    const bool pause_due = std::exchange(pausing_, false) || current().strategy == rotation::pause;
    if (below_success_rate()) {
        status_ = order_status::abnormal;
    } else if (is_last() || !pause_due) {
        next_or_finish(at);
    } else {
        status_ = order_status::paused;
    }
}

void ticket::next_or_finish(sim_time at) {
    if (is_last()) return finish(order_status::finished, at);
    begin_batch(current_ + 1, at);
}

void ticket::finish(order_status status, sim_time at) {
    status_ = status;
    finished_ = at;
    pausing_ = false;
    withhold_starts();
}

bool ticket::below_success_rate() const {
    if (plan_.behaviour.success == evaluation::never) return false;
    const int first = plan_.behaviour.success == evaluation::batch ? current_ : 1;
    std::int64_t total = 0;
    std::int64_t finished = 0;
    for (int index = first; index <= current_; ++index) {
        const batch& counted = batches_[static_cast<std::size_t>(index - 1)];
        total += static_cast<std::int64_t>(counted.instances.size());
        finished +=
            std::ranges::count(counted.instances, instance_status::finished, &instance::status);
    }
    return static_cast<double>(finished) * 100.0 < plan_.success_rate * static_cast<double>(total);
}

instance* ticket::find_instance(std::int64_t id) {
    for (batch& which : batches_)
        for (instance& one : which.instances)
            if (one.id == id) return &one;
    return nullptr;
}

}  // namespace coc_sim
