#pragma once
// The facts as conditions see them: cheap views of one ticket's state at one moment. Owns no data
// of the ticket; the state must outlive the view, and the view every value that it gave. Nothing is
// computed before an expression asks for it. Made once per step by the engine.

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "policies/cel/expression.h"
#include "policies/fact_types.h"
#include "policies/operation.h"
#include "policies/tally.h"
#include "policies/ticket_state.h"

namespace rolloutd::policies {

class fact_view;

class ticket_object final : public cel::object {
public:
    explicit ticket_object(const fact_view& view) : view_(&view) {}
    const cel::object_type& declared() const override { return ticket_type(); }
    cel::value field(int slot) const override;

private:
    cel::value always_known(ticket_fact which) const;
    cel::value read(ticket_fact which) const;
    cel::value measured(ticket_fact which) const;
    const fact_view* view_;
};

// The counts of the ticket, or of one batch.
class count_object final : public cel::object {
public:
    count_object(const fact_view& view, std::optional<int> batch) : view_(&view), batch_(batch) {}
    const cel::object_type& declared() const override { return count_type(); }
    cel::value field(int slot) const override;

private:
    const fact_view* view_;
    std::optional<int> batch_;
};

class batch_object final : public cel::object {
public:
    batch_object(const fact_view& view, const batch_info& info)
        : view_(&view), info_(&info), count_(view, info.index) {}
    const cel::object_type& declared() const override { return batch_type(); }
    cel::value field(int slot) const override;

private:
    const fact_view* view_;
    const batch_info* info_;
    count_object count_;
};

class instance_object final : public cel::object {
public:
    instance_object(const fact_view& view, const instance_info& info, int batch)
        : view_(&view), info_(&info), batch_(batch) {}
    const cel::object_type& declared() const override { return instance_type(); }
    cel::value field(int slot) const override;
    instance_id id() const { return info_->id; }

private:
    cel::value slowness() const;
    const fact_view* view_;
    const instance_info* info_;
    int batch_;
};

class fact_view {
public:
    // `blind`: the ticket is not seen in this step; all that was read of it is undetermined.
    fact_view(const ticket_state& state, timestamp now, bool blind);
    fact_view(const fact_view&) = delete;
    fact_view& operator=(const fact_view&) = delete;

    const ticket_state& state() const { return *state_; }
    timestamp now() const { return now_; }
    bool blind() const { return blind_; }
    // How long the ticket was seen PROCESSING.
    duration clock() const { return clock_; }
    duration unseen_for() const;

    // An error value when the instances of the batch (of every batch, without one) are not known.
    std::optional<cel::value> details_missing(std::optional<int> batch) const;
    std::optional<tally> counts(std::optional<int> batch) const;
    // How long the instance has been, or was, PROCESSING; nothing when its start was not seen.
    std::optional<duration> running_for(const instance_info& info) const;
    cel::value stuck(std::optional<int> batch) const;
    int given_up(std::optional<int> batch) const;
    // Of the instances that were seen from start to FINISHED; nothing with fewer than five.
    std::optional<duration> median_duration() const;
    bool is_current(const batch_info& info) const;

    cel::value ticket() const { return cel::value::object(ticket_); }
    cel::value count() const { return cel::value::object(count_); }
    cel::value batches() const;
    cel::value instances() const;
    // The batch or instance with that number, or an error value.
    cel::value of(const subject& who) const;

private:
    void list_batches() const;
    void list_instances() const;

    const ticket_state* state_;
    timestamp now_;
    bool blind_;
    duration clock_;
    ticket_object ticket_{*this};
    count_object count_{*this, std::nullopt};

    template <class Object>
    struct object_list final : cel::list_source {
        std::deque<Object> items;
        std::size_t size() const override { return items.size(); }
        cel::value at(std::size_t index) const override { return cel::value::object(items[index]); }
    };
    mutable std::optional<object_list<batch_object>> batches_;
    mutable std::optional<object_list<instance_object>> instances_;
    mutable std::map<instance_id, std::size_t> instance_places_;
    mutable std::optional<std::optional<duration>> median_;
};

// What the error values of undetermined facts say.
cel::value not_seen();

}  // namespace rolloutd::policies
