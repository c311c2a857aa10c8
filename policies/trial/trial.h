#pragma once
// What a policy unit test says (DESIGN §8, docs/policy-tests.md): a ticket, what is observed of it
// and when, and what is expected of the rules. Plain values, made by trial_loader, run by
// trial_runner.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policies/diagnostic.h"
#include "policies/event.h"
#include "policies/policy.h"
#include "policies/settings.h"

namespace rolloutd::policies::trial {

// Bounds of a test file. A test that asks for more is refused while loading.
inline constexpr std::size_t most_tests = 500;
inline constexpr std::size_t most_policies = 100;
inline constexpr std::size_t most_entries = 2'000;       // of one timeline
inline constexpr std::size_t most_expectations = 1'000;  // of one test
inline constexpr int most_batches = 20;
inline constexpr int most_batch_size = 1'000;
inline constexpr int most_steps = 200'000;  // of one test
inline constexpr duration longest_test = std::chrono::hours{24 * 31};
// Readings times instances: what a test costs.
inline constexpr std::int64_t most_work = 20'000'000;

struct batch_shape {
    int size = 0;
    std::string rotation = "CONTINUE";
    std::string label;
    std::vector<std::string> zones;  // its instances take them in turn
};

struct ticket_shape {
    std::string id = "SCT00000000000000000001";
    std::string name = "script";
    std::string order_name;
    std::string creator = "somebody";
    std::string script_uuid = "SC00000000000000000001";
    std::string script_version = "1.0.0";
    int success_rate_tenths = 900;
    duration timeout = std::chrono::minutes{5};
    duration age{};  // at the start of the test
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> params;
    std::vector<batch_shape> batches;
};

// One instance, by its number in the ticket: i-1 is the first of batch 1.
struct instance_change {
    instance_id number = 0;
    std::optional<std::string> status;         // upper case, as the cloud writes it
    std::map<std::string, std::string> texts;  // host ip region zone resource message
};

struct batch_change {
    int index = 0;
    // How many instances are in each status, all of the batch; absent when only single ones change.
    std::optional<std::map<std::string, int>> counts;
    std::vector<instance_change> instances;
};

// What becomes of an operation that is sent.
enum class manner {
    works,       // accepted, takes effect at once
    ignored,     // accepted, no effect
    refused,     // answered with an error of the cloud, no effect
    busy,        // not executed (429)
    lost,        // no answer, no effect
    unanswered,  // no answer, but it takes effect
};
using manners = std::map<action, manner>;  // absent: works

// What a person can ask for with rolloutctl.
enum class command { approve, deny, hold, release, freeze, thaw, operate };

struct operator_step {
    command what = command::operate;
    operation call;      // of operate
    std::string policy;  // of approve and deny: whose proposal it is; with an empty rule the
    std::string rule;    // only one that is open
    std::optional<subject> who;
    std::string text;  // as the test writes it: "approve", "skip_batch"
    position where;
};

// What is the case from `at` on.
struct timeline_entry {
    duration at{};
    std::optional<std::string> status;  // of the ticket, upper case
    std::optional<int> current;
    std::optional<bool> unseen;
    bool shows_ticket = false;  // says what is observed, so the ticket is seen again
    std::vector<batch_change> batches;
    std::vector<operation> people;  // what a person does in the cloud's console at that moment
    std::vector<operator_step> operators;  // what a person does with rolloutctl at that moment
    std::optional<std::map<std::string, std::string>> params;
    std::optional<std::string> order_name;
    manners operations;
    std::optional<bool> frozen;
    std::optional<bool> breaker_open;
    // Of all tickets, this one included.
    std::optional<int> fleet_watched;
    std::optional<int> fleet_unseen;
    // What rules have done for other tickets: in the last minute, hour and minute.
    std::optional<int> fleet_operations;
    std::optional<int> fleet_tickets;
    std::optional<int> fleet_pauses;
};

enum class expected_kind { verdict, decision, nothing, never, effect, fact, refusal };

// From and until when, both included, since the start of the test.
struct time_span {
    duration from{};
    duration to = longest_test;
    bool contains(duration at) const { return at >= from && at <= to; }
};

struct expectation {
    expected_kind kind = expected_kind::decision;
    position where;      // in the test file
    std::string policy;  // empty with an empty rule: any
    std::string rule;
    std::optional<subject> who;
    time_span when;
    bool timed = false;                 // `at` or `between` was given
    std::optional<verdict> says;        // of kind verdict; none: the policy does not match
    std::optional<std::string> reason;  // of undetermined
    std::optional<action> what;
    decision_outcome outcome = decision_outcome::act;
    suppression suppressed = suppression::none;
    std::optional<int> times;
    effect_kind effect = effect_kind::confirmed;
    bool by_operator = false;  // of an effect: of what a person ordered, `what`
    std::string refused;       // of a refusal: what a person asked for, as the timeline says it
    cel::expression fact;
    std::string is;
};

struct trial_test {
    std::string name;
    position where;
    ticket_shape ticket;
    timestamp start;
    duration every = std::chrono::seconds{5};
    duration until{};
    std::optional<mode> as;  // in place of the policies' own modes
    settings rules;          // without policies and zones
    bool exactly = true;     // an operation that no expectation allows is a failure
    manners operations;
    std::vector<timeline_entry> timeline;  // by time
    std::vector<expectation> expect;
};

struct trial_file {
    std::string name;  // as the user named it
    std::shared_ptr<const policy_set> policies;
    std::shared_ptr<const cel::zone_source> zones;
    std::vector<trial_test> tests;
};

// "i-3".
std::string instance_name(instance_id number);

// "i-3", "batch 2", or "" for the ticket.
std::string subject_name(const subject& who);

}  // namespace rolloutd::policies::trial
