#pragma once
// The simulated ticket as a pure state machine: plans in, states out. It owns no socket, no clock
// and no randomness: every call hands the time in, and a ticket catches up with it from its own
// agenda, so a ticket that nobody asks about costs nothing. What the real service does not document
// is a field of `rules`. Called by cloud.cpp and by the tests.

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coc_sim {

using sim_duration = std::chrono::milliseconds;
using sim_time = std::chrono::sys_time<sim_duration>;

inline constexpr int most_batches = 20;

enum class order_status { ready, processing, abnormal, paused, canceled, finished };
enum class instance_status { ready, processing, abnormal, canceled, finished, rollbacked };
enum class rotation { go_on, pause };
enum class ending { finishes, fails, rolls_back, hangs };
enum class operation_kind {
    cancel_instance,
    skip_batch,
    cancel_order,
    pause_order,
    continue_order
};
enum class evaluation { never, batch, cumulative };

// The words of the wire: "READY", "PAUSE_ORDER", "CONTINUE"... and back; an unknown word is
// nullopt.
std::string_view to_text(order_status status);
std::string_view to_text(instance_status status);
std::string_view to_text(rotation strategy);
std::string_view to_text(operation_kind kind);
std::optional<order_status> parse_order_status(std::string_view text);
std::optional<instance_status> parse_instance_status(std::string_view text);
std::optional<rotation> parse_rotation(std::string_view text);
std::optional<operation_kind> parse_operation_kind(std::string_view text);

using legal_table = std::map<operation_kind, std::set<order_status>>;

// What reference/coc-api.md only assumes about states and operations (§1).
legal_table assumed_legal();

// What is not published of the real service (reference/coc-api.md §7); the defaults are what it
// assumes, but for success_rate: by default it never stops a ticket, so that a guarded rollout has
// work to do.
struct rules {
    evaluation success = evaluation::never;
    bool pause_waits = false;  // PAUSED only when no instance runs any more; else at once
    bool skip_cancels =
        true;  // a skipped batch's unsettled instances become CANCELED; else they stay
    bool skip_later = false;  // SKIP_BATCH may name a later batch too
    sim_duration latency{0};  // from the answer to an operation until its effect
    legal_table legal = assumed_legal();
};

struct instance_plan {
    sim_duration takes{0};
    ending ends = ending::finishes;
    std::string message;
    std::string resource_id;
    std::string host;
    std::string ip;
    std::string zone;
    std::string region;
};

struct batch_plan {
    rotation strategy = rotation::go_on;
    std::optional<std::string> label;
    sim_duration stagger{0};  // between the starts of two instances
    std::vector<instance_plan> instances;
};

// `batch` is needed by skip_batch, `instance` by cancel_instance; the others ignore both.
struct operation {
    operation_kind kind = operation_kind::pause_order;
    std::optional<int> batch;
    std::optional<std::int64_t> instance;
};

// What somebody does in the console, this long after the ticket was created.
struct person_act {
    sim_duration at{0};
    operation what;
};

struct script_param {
    std::string name;
    std::string value;
};

struct ticket_plan {
    std::string id;
    std::string name;
    std::string order_name;
    std::string creator;
    std::string script_uuid;
    std::string script_version = "1.0.0";
    std::string user = "root";
    double success_rate = 100;
    std::chrono::seconds timeout{300};
    std::vector<script_param> params;
    std::vector<batch_plan> batches;  // 1..20, none empty
    std::vector<person_act> people;
    sim_duration appears{0};      // from the start of the simulation until the ticket exists
    sim_duration start_delay{0};  // from then until it leaves READY
    rules behaviour;
};

struct instance {
    std::int64_t id = 0;
    instance_plan plan;
    instance_status status = instance_status::ready;
    std::optional<sim_time> started;
    std::optional<sim_time> finished;
};

struct batch {
    rotation strategy = rotation::go_on;
    std::optional<std::string> label;
    sim_duration stagger{0};
    bool skipped = false;
    std::vector<instance> instances;
};

// What an operation led to. Refused: `code` and `message` as the service would say them, effect
// "illegal". Accepted: `effect` is a word for the log ("paused", "pausing", "scheduled", ...).
struct answer {
    bool accepted = false;
    std::string effect;
    std::string code;
    std::string message;
};

struct ticket_numbers {
    std::int64_t order = 0;           // order_id of the list; grows with each ticket
    std::int64_t first_instance = 0;  // the instances are numbered upwards from it
};

class ticket {
public:
    ticket(ticket_plan plan, sim_time created, ticket_numbers numbers);

    // Lets everything happen that was due until `now`. Time never goes back; an earlier one does
    // nothing.
    void advance(sim_time now);

    // Advances, then judges the operation by state and rules; what is accepted takes effect after
    // rules::latency, if it is still legal then.
    answer apply(const operation& what, sim_time now);

    const ticket_plan& plan() const { return plan_; }
    std::int64_t order_id() const { return order_id_; }
    sim_time created() const { return created_; }
    std::optional<sim_time> finished() const { return finished_; }
    order_status status() const { return status_; }
    int current_batch() const { return current_; }  // from 1, also while READY
    const std::vector<batch>& batches() const { return batches_; }
    // Another one after each change of what is shown of the ticket.
    std::uint64_t version() const { return version_; }

private:
    enum class event_kind { begin, effect, end, start };
    struct event {
        sim_time at;
        event_kind kind = event_kind::begin;
        std::size_t batch = 0;  // for effect: which of scheduled_
        std::size_t instance = 0;
        auto operator<=>(const event&) const = default;
    };

    void happen(const event& due);
    void dispatch(std::size_t batch_number, std::size_t instance_number, sim_time at);
    void settle(std::size_t batch_number, std::size_t instance_number, sim_time at);
    void begin_batch(int index, sim_time at);
    void schedule_starts(sim_time at);
    void withhold_starts();
    void move_on(sim_time at);
    void conclude_batch(sim_time at);
    void next_or_finish(sim_time at);
    void finish(order_status status, sim_time at);
    void cancel(instance& one, sim_time at);
    void cancel_unsettled(batch& which, sim_time at);
    bool below_success_rate() const;
    batch& current() { return batches_[static_cast<std::size_t>(current_ - 1)]; }
    const batch& current() const { return batches_[static_cast<std::size_t>(current_ - 1)]; }
    bool is_last() const { return current_ == static_cast<int>(batches_.size()); }
    instance* find_instance(std::int64_t id);

    answer judge(const operation& what);
    answer judge_skip(const operation& what) const;
    answer judge_instance(const operation& what);
    answer illegal(const operation& what) const;
    std::string carry_out(const operation& what, sim_time at);
    std::string pause(sim_time at);
    std::string resume(sim_time at);
    std::string skip(int index, sim_time at);

    ticket_plan plan_;
    sim_time created_;
    std::int64_t order_id_;
    order_status status_ = order_status::ready;
    int current_ = 1;
    bool pausing_ = false;  // PAUSE_ORDER accepted, running instances awaited (rules::pause_waits)
    std::optional<sim_time> finished_;
    std::uint64_t version_ = 1;
    std::vector<batch> batches_;
    std::vector<operation> scheduled_;
    std::set<event> agenda_;
};

bool is_settled(instance_status status);
bool is_settled(const batch& which);  // every instance settled, or skipped
bool is_over(order_status status);    // CANCELED or FINISHED

}  // namespace coc_sim
