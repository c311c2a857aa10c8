#pragma once
// What the engine was told at each moment, rebuilt from the daemon's own records: `start`,
// `reload`, `policy` and `checkpoint` (docs/replay.md). Pure. Texts of policies are kept once per
// digest; they are loaded when a step first needs them, as they stand behind the record that names
// them.

#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "daemon/journal/bodies.h"
#include "policies/settings.h"

namespace rolloutd::daemon {

// Settings as they were in force from one start or accepted reload to the next.
struct settings_in_force {
    // Null when they cannot be had: `missing` says why.
    std::shared_ptr<const policies::settings> rules;
    std::string missing;
    std::set<std::string> left_out;  // of the substitutes, by name
    int generation = 0;
};

class recorded_settings {
public:
    explicit recorded_settings(std::shared_ptr<const policies::cel::zone_source> zones);

    void take(const daemon_body& what);

    // In force now, and before the last accepted reload: a reading that had begun by then was
    // still judged by those. The second is null after a start.
    const settings_in_force& now();
    const settings_in_force* before_reload();

    // Of all that was in force so far: policies that are not tried, and why.
    const std::map<std::string, std::string>& left_out() const { return left_out_; }

    // Versions of the engine that wrote, in their order.
    const std::set<std::string>& versions() const { return versions_; }

    // Judges by these instead of the recorded policies, under the recorded settings, but for
    // `ceiling` where that is given. Policies that name what was not read or is kept as a hash are
    // left out.
    void substitute(std::shared_ptr<const policies::policy_set> with,
                    std::optional<policies::mode> ceiling = std::nullopt) {
        substitute_ = std::move(with);
        ceiling_ = ceiling;
    }

private:
    struct unit {
        boost::json::object settings;
        std::map<std::string, std::string> policies;
        settings_in_force made;
        bool done = false;
    };
    void begin(const boost::json::object& settings,
               const std::map<std::string, std::string>& policies);
    void resolve(unit& what);
    std::string load(const unit& what, policies::settings& into);
    void put_substitutes(unit& what, policies::settings& into);

    std::shared_ptr<const policies::cel::zone_source> zones_;
    std::shared_ptr<const policies::policy_set> substitute_;
    std::optional<policies::mode> ceiling_;
    std::map<std::string, std::string> texts_;  // by SHA-256
    std::set<std::string> versions_;
    std::map<std::string, std::string> left_out_;
    unit current_;
    unit previous_;
    bool reloaded_ = false;
    bool known_ = false;
    int generation_ = 0;
};

}  // namespace rolloutd::daemon
