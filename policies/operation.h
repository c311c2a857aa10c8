#pragma once
// What rolloutd can do to a ticket, and the words for it in policies, journal and API.

#include <optional>
#include <string>
#include <string_view>

#include "policies/ticket.h"

namespace rolloutd::policies {

// In order of precedence (DESIGN §6), strongest first; notify never competes.
enum class action { cancel, pause, skip_batch, cancel_instance, continue_ticket, notify };

// "cancel", "pause", "skip_batch", "cancel_instance", "continue", "notify": the words of policies
// and journal.
std::string_view to_text(action what);
std::optional<action> parse_action(std::string_view text);

// One call of PUT .../operation (reference/coc-api.md §1). `what` is never notify. `batch` is set
// for skip_batch (1..20), `instance` for cancel_instance; each is absent otherwise.
struct operation {
    action what = action::pause;
    std::optional<int> batch;
    std::optional<instance_id> instance;
    bool operator==(const operation&) const = default;
};

// What a rule is evaluated for: the ticket, one of its batches, or one of its instances.
enum class subject_kind { ticket, batch, instance };

struct subject {
    subject_kind kind = subject_kind::ticket;
    std::int64_t number = 0;  // batch index or instance id; 0 for the ticket
    auto operator<=>(const subject&) const = default;
};

// "ticket", "batch:2", "instance:510450000".
std::string to_text(const subject& who);
std::optional<subject> parse_subject(std::string_view text);

}  // namespace rolloutd::policies
