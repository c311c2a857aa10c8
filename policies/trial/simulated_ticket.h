#pragma once
// The ticket of a test as the cloud would hold it: changed by the timeline, by operations that take
// effect and by people; read the way the daemon reads one. No time passes in it by itself.

#include <cstdint>
#include <vector>

#include "policies/engine.h"
#include "policies/trial/trial.h"

namespace rolloutd::policies::trial {

class simulated_ticket {
public:
    simulated_ticket(const ticket_shape& shape, timestamp start);

    // What the entry says of the ticket; everything else in it is the runner's.
    void change(const timeline_entry& what);

    // The operation takes effect. Pause: PAUSED. Continue and skip_batch: PROCESSING, and the
    // batch whose turn it is begins; a skip of the last one ends the ticket. Cancel: everything
    // unsettled is CANCELED. cancel_instance: that one is.
    void take_effect(const operation& what);

    const std::map<std::string, std::string>& labels() const { return labels_; }

    // One reading: what `rules.policies` need, of the batches that the engine asks for.
    reading read(const ticket_state& state, const settings& rules) const;

    // As the reading shows them.
    std::string status() const { return status_; }
    int current_batch() const;

private:
    struct batch {
        batch_info info;
        std::vector<instance_info> instances;
    };

    void change_counts(batch& where, const batch_change& what);
    void begin_current();
    bool is_settled_batch(const batch& what) const;
    statistics count() const;

    ticket_info info_;
    std::string status_ = "PROCESSING";
    std::string order_name_;
    std::map<std::string, std::string> labels_;
    std::vector<batch> batches_;
    std::optional<int> current_;  // as the timeline says
    int passed_ = 0;              // batches up to this one were skipped
};

}  // namespace rolloutd::policies::trial
