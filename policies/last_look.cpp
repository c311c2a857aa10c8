#include "policies/last_look.h"

namespace rolloutd::policies {

std::string_view refuse_write(const intended& what, const last_look& found) {
    if (found.abandoned) return "abandoned";
    if (found.stopping) return "stop";
    if (found.unrecorded) return "journal";
    if (found.removed) return "removed";
    const bool by_a_person = !what.by.empty();
    if (found.frozen && !by_a_person) return "freeze";
    if (found.held && !by_a_person) return "hold";
    if (what.what.what != action::pause && found.reading_age > reading_lasts) return "late";
    return "";
}

}  // namespace rolloutd::policies
