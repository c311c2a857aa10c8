// The five operations on a ticket: whether they are legal, and what they do.

#include <algorithm>
#include <utility>

#include "tests/simulator/model.h"

namespace coc_sim {
namespace {

// The service's own code for this is not published (reference/coc-api.md §4.2); this one is of its
// family.
constexpr const char* illegal_code = "COC.00040710";
constexpr const char* bad_value_code = "COC.00040050";
constexpr const char* no_instance_code = "COC.00040702";

answer refused(std::string code, std::string message) {
    return {.accepted = false,
            .effect = "illegal",
            .code = std::move(code),
            .message = std::move(message)};
}

answer accepted() { return {.accepted = true, .effect = {}, .code = {}, .message = {}}; }

}  // namespace

legal_table assumed_legal() {
    using enum order_status;
    using enum operation_kind;
    return {{pause_order, {processing}},
            {continue_order, {paused, abnormal}},
            {skip_batch, {processing, paused, abnormal}},
            {cancel_instance, {processing, paused}},
            {cancel_order, {ready, processing, paused, abnormal}}};
}

answer ticket::apply(const operation& what, sim_time now) {
    advance(now);
    answer result = judge(what);
    if (!result.accepted) return result;
    if (plan_.behaviour.latency.count() == 0) {
        result.effect = carry_out(what, now);
        advance(now);  // the next batch, if the operation released it, begins in the same moment
        return result;
    }
    agenda_.insert({.at = now + plan_.behaviour.latency,
                    .kind = event_kind::effect,
                    .batch = scheduled_.size()});
    scheduled_.push_back(what);
    result.effect = "scheduled";
    return result;
}

answer ticket::illegal(const operation& what) const {
    return refused(illegal_code, "The operation " + std::string(to_text(what.kind)) +
                                     " is not allowed in status " + std::string(to_text(status_)) +
                                     ".");
}

answer ticket::judge(const operation& what) {
    const auto states = plan_.behaviour.legal.find(what.kind);
    if (states == plan_.behaviour.legal.end() || !states->second.contains(status_))
        return illegal(what);
    switch (what.kind) {
        case operation_kind::skip_batch: return judge_skip(what);
        case operation_kind::cancel_instance: return judge_instance(what);
        case operation_kind::pause_order:
            if (pausing_) return illegal(what);
            break;
        case operation_kind::cancel_order:
        case operation_kind::continue_order: break;
    }
    return accepted();
}

answer ticket::judge_skip(const operation& what) const {
    if (!what.batch) return refused(bad_value_code, "batch_index must not be empty");
    const int index = *what.batch;
    if (index < 1 || index > static_cast<int>(batches_.size()))
        return refused(bad_value_code, "batch_index " + std::to_string(index) + " does not exist");
    const bool later = plan_.behaviour.skip_later && index > current_;
    const bool halted = status_ == order_status::abnormal && index == current_;
    if (index != current_ && !later)
        return refused(illegal_code, "Batch " + std::to_string(index) +
                                         " is not the current batch, which is " +
                                         std::to_string(current_) + ".");
    if (!halted && is_settled(batches_[static_cast<std::size_t>(index - 1)]))
        return refused(illegal_code,
                       "Batch " + std::to_string(index) + " has ended; nothing is left to skip.");
    return accepted();
}

answer ticket::judge_instance(const operation& what) {
    if (!what.instance) return refused(bad_value_code, "instance_id must not be empty");
    const instance* const one = find_instance(*what.instance);
    if (one == nullptr)
        return refused(no_instance_code, "Target instance is not exist. instance id: [" +
                                             std::to_string(*what.instance) + "].");
    if (is_settled(one->status))
        return refused(illegal_code, "The instance is " + std::string(to_text(one->status)) +
                                         " and cannot be canceled.");
    return accepted();
}

std::string ticket::carry_out(const operation& what, sim_time at) {
    ++version_;
    switch (what.kind) {
        case operation_kind::pause_order: return pause(at);
        case operation_kind::continue_order: return resume(at);
        case operation_kind::skip_batch: return skip(what.batch.value_or(0), at);
        case operation_kind::cancel_instance:
            if (instance* const one = find_instance(what.instance.value_or(0))) cancel(*one, at);
            if (!is_over(status_)) move_on(at);
            return "instance_canceled";
        case operation_kind::cancel_order:
            for (batch& which : batches_)
                cancel_unsettled(which, at);
            finish(order_status::canceled, at);
            return "canceled";
    }
    return "none";
}

std::string ticket::pause(sim_time at) {
    // Instances that run go on to their end; those of the batch that have not begun wait.
    withhold_starts();
    if (!plan_.behaviour.pause_waits || status_ != order_status::processing) {
        status_ = order_status::paused;
        return "paused";
    }
    pausing_ = true;
    move_on(at);
    return status_ == order_status::paused ? "paused" : "pausing";
}

std::string ticket::resume(sim_time at) {
    const bool was_abnormal = status_ == order_status::abnormal;
    if (status_ == order_status::ready) return "none";
    status_ = order_status::processing;
    pausing_ = false;
    if (!is_settled(current())) {
        withhold_starts();
        schedule_starts(at);
    } else if (!was_abnormal && !current().skipped && below_success_rate()) {
        status_ = order_status::abnormal;
    } else {
        next_or_finish(at);
    }
    return "continued";
}

std::string ticket::skip(int index, sim_time at) {
    batch& which = batches_[static_cast<std::size_t>(index - 1)];
    if (plan_.behaviour.skip_cancels) cancel_unsettled(which, at);
    which.skipped = true;
    if (index != current_) return "skipped";
    withhold_starts();
    if (status_ == order_status::paused && !is_last()) return "skipped";
    if (status_ == order_status::abnormal) status_ = order_status::processing;
    pausing_ = false;
    next_or_finish(at);
    return "skipped";
}

void ticket::cancel(instance& one, sim_time at) {
    if (is_settled(one.status)) return;
    one.status = instance_status::canceled;
    one.finished = at;
}

void ticket::cancel_unsettled(batch& which, sim_time at) {
    for (instance& one : which.instances)
        cancel(one, at);
}

}  // namespace coc_sim
