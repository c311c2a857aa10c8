#include "daemon/replay/recorded_settings.h"

#include <vector>

#include "daemon/settings_record.h"
#include "policies/policy_loader.h"

namespace rolloutd::daemon {

namespace {

std::map<std::string, std::string> digests_in(const boost::json::object& settings) {
    std::map<std::string, std::string> digests;
    const boost::json::object* listed = settings.at("policies").if_object();
    if (listed == nullptr) return digests;
    for (const auto& each : *listed)
        if (each.value().is_string())
            digests.emplace(each.key(), std::string(each.value().get_string()));
    return digests;
}

// What the policy would have to know and the record does not hold, or "".
std::string lacking(const policies::required_reads& wants, const policies::required_reads& was,
                    bool known) {
    if (wants.messages) return "instances' messages: they are recorded as hashes";
    if (!known) return {};
    if (wants.details && !was.details) return "instances: no policy named them then";
    if (wants.params && !was.params) return "the script's parameters: no policy named them then";
    if (wants.order_name && !was.order_name) return "the order's name: no policy named it then";
    return {};
}

}  // namespace

recorded_settings::recorded_settings(std::shared_ptr<const policies::cel::zone_source> zones)
    : zones_(std::move(zones)) {
    current_.made.missing = "no record tells the settings";
    current_.done = true;
}

void recorded_settings::take(const daemon_body& what) {
    if (const auto* start = std::get_if<start_body>(&what)) {
        versions_.insert(start->version);
        begin(start->settings, start->policies);
        reloaded_ = false;
    } else if (const auto* reload = std::get_if<reload_body>(&what)) {
        versions_.insert(reload->version);
        if (!reload->accepted) return;
        previous_ = std::move(current_);
        begin(reload->settings, reload->policies);
        reloaded_ = true;
    } else if (const auto* text = std::get_if<policy_body>(&what)) {
        texts_.insert_or_assign(text->sha256, text->text);
    } else if (const auto* head = std::get_if<checkpoint_body>(&what)) {
        // Only where reading begins in the middle: else a start has told the same.
        if (!known_ && head->settings.contains("policies"))
            begin(head->settings, digests_in(head->settings));
    }
}

void recorded_settings::begin(const boost::json::object& settings,
                              const std::map<std::string, std::string>& policies) {
    current_ = {};
    current_.settings = settings;
    current_.policies = policies;
    current_.made.generation = ++generation_;
    known_ = true;
}

const settings_in_force& recorded_settings::now() {
    resolve(current_);
    return current_.made;
}

const settings_in_force* recorded_settings::before_reload() {
    if (!reloaded_) return nullptr;
    resolve(previous_);
    return &previous_.made;
}

void recorded_settings::resolve(unit& what) {
    if (what.done) return;
    what.done = true;
    std::optional<policies::settings> made = settings_from(what.settings);
    if (!made) {
        what.made.missing = "the recorded settings cannot be read";
        return;
    }
    made->generation = what.made.generation;
    made->zones = zones_;
    what.made.missing = load(what, *made);
    if (substitute_) put_substitutes(what, *made);
    if (!what.made.missing.empty()) return;
    what.made.rules = std::make_shared<const policies::settings>(std::move(*made));
}

void recorded_settings::put_substitutes(unit& what, policies::settings& into) {
    // Where the recorded policies cannot be had, nobody knows what was read for them.
    const bool known = what.made.missing.empty();
    const policies::required_reads was = known ? into.policies->reads : policies::required_reads{};
    what.made.missing.clear();
    if (ceiling_) into.ceiling = *ceiling_;
    policies::policy_set kept = *substitute_;
    std::erase_if(kept.policies, [&](const policies::policy& each) {
        const std::string lacks = lacking(each.reads, was, known);
        if (!lacks.empty()) {
            left_out_[each.name] = lacks;
            what.made.left_out.insert(each.name);
        }
        return !lacks.empty();
    });
    into.policies = std::make_shared<const policies::policy_set>(std::move(kept));
}

// What is wrong with the recorded policies, or "".
std::string recorded_settings::load(const unit& what, policies::settings& into) {
    std::vector<policies::source_file> files;
    for (const auto& [file, digest] : what.policies) {
        const auto text = texts_.find(digest);
        if (text == texts_.end()) return "the text of " + file + " (sha256 " + digest + ")";
        files.push_back({file, text->second});
    }
    policies::load_result loaded =
        policies::load_policies(std::move(files), {nullptr, zones_.get()});
    if (policies::has_errors(loaded.issues)) return "policies that this version can load";
    into.policies = std::make_shared<const policies::policy_set>(std::move(loaded.set));
    return {};
}

}  // namespace rolloutd::daemon
