#pragma once
// A decision of the past as its record tells it, and what followed from it (DESIGN law 8): read
// from the journal alone, without a daemon, a policy file or the cloud. Pure; the records are
// handed in, oldest first.

#include <boost/json/array.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/cli/terminal.h"
#include "daemon/journal/record.h"

namespace rolloutd::daemon::cli {

class past_decision {
public:
    explicit past_decision(sequence wanted) : wanted_(wanted) {}

    // One record of the ticket, with its line; those that have nothing to do with it are passed by.
    void take(const record& what, std::string_view line);

    bool found() const { return decision_.has_value(); }
    // For people, several lines. Needs found().
    std::string text(const palette& colours) const;
    // The records themselves, as JSON: the decision first. Needs found().
    std::string json() const;

private:
    std::string tail() const;

    sequence wanted_;
    std::optional<record> decision_;
    std::optional<record> reading_;  // the last one before it
    std::vector<record> followed_;   // intents, proposals, results and effects
    std::vector<std::string> lines_;
};

}  // namespace rolloutd::daemon::cli
