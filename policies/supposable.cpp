#include "policies/supposable.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "policies/tally.h"

namespace rolloutd::policies {

namespace {

enum class naming { fixed, stuck, moving, single };

naming naming_of(std::string_view fact) {
    // They change when the last host of the batch is done, which a supposed reading does not show.
    constexpr std::array moving{"batch.current",    "ticket.current_batch", "ticket.pause_cause",
                                "ticket.paused_by", "ticket.paused_for",    "ticket.status"};
    if (fact == "count.stuck" || fact == "batch.count.stuck") return naming::stuck;
    if (std::ranges::find(moving, fact) != moving.end()) return naming::moving;
    const bool known = fact == "now" || fact.starts_with("count.") || fact.starts_with("ticket.") ||
                       fact.starts_with("batch.");
    return known && fact != "batch.count" ? naming::fixed : naming::single;
}

// What the rule names, itself or through the policy's variables.
std::set<naming> namings_of(const policy& owner, const rule& what) {
    std::vector<std::string> open = what.when.names();
    if (what.needs) open.insert(open.end(), what.needs.names().begin(), what.needs.names().end());
    const auto at = owner.variables.find(what.each);
    std::set<naming> found;
    std::set<std::string> taken;
    while (!open.empty()) {
        const std::string name = std::move(open.back());
        open.pop_back();
        if (!taken.insert(name).second) continue;
        const variable_definition* behind = nullptr;
        if (at != owner.variables.end()) {
            const auto same = std::ranges::find(at->second, name, &variable_definition::name);
            if (same != at->second.end()) behind = &*same;
        }
        if (behind == nullptr) {
            found.insert(naming_of(name));
        } else {
            const std::vector<std::string>& more = behind->what.names();
            open.insert(open.end(), more.begin(), more.end());
        }
    }
    return found;
}

bool none_stuck(const fact_view& view, std::optional<int> batch) {
    const cel::value count = view.stuck(batch);
    return count.kind() == cel::value_kind::integer && count.as_integer() == 0;
}

int open_in(const tally& counts) {
    return std::max(0, counts[status_word::processing] + counts[status_word::ready]);
}

// As far as it is known.
int open_in_batch(const reading& seen, int batch) {
    if (const batch_detail* detail = find_detail(seen, batch)) return open_in(count_of(*detail));
    int open = 0;
    for (const status_row& each : seen.stats.rows) {
        const status_word status = classify(each.status);
        const bool is_open = status == status_word::processing || status == status_word::ready;
        if (is_open && each.batches == std::vector<int>{batch}) open += each.count;
    }
    return open;
}

}  // namespace

supposable may_suppose(const policy& owner, const rule& what, const subject& who,
                       const fact_view& view) {
    if (view.blind() || who.kind == subject_kind::instance) return {};
    const reading& seen = *view.state().last;
    if (classify(seen.info.status) != status_word::processing) return {};
    const std::optional<int> current = seen.info.current_batch;
    const bool of_batch = who.kind == subject_kind::batch;
    if (of_batch && current != who.number) return {};
    const std::set<naming> named = namings_of(owner, what);
    if (named.contains(naming::single)) return {};
    if (named.contains(naming::stuck) && !none_stuck(view, std::nullopt)) return {};
    const bool moving = named.contains(naming::moving);
    if (!of_batch && !moving) return {.most = open_in(count_of(seen.stats)), .all = true};
    const int open = current ? open_in_batch(seen, *current) : 0;
    return moving ? supposable{.most = std::max(0, open - 1), .all = false}
                  : supposable{.most = open, .all = true};
}

}  // namespace rolloutd::policies
