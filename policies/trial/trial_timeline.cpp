// What is observed of a ticket over time.

#include <algorithm>
#include <charconv>

#include "policies/trial/trial_reading.h"

namespace rolloutd::policies::trial {

namespace {

using yaml::fields;
using yaml::node;
using yaml::node_kind;

const std::vector<std::string> ticket_words{"ready",      "processing", "paused",
                                            "abnormal",   "canceled",   "finished",
                                            "rollbacked", "error",      "unknown"};
const std::vector<std::string> instance_words{"ready",    "processing", "abnormal", "canceled",
                                              "finished", "rollbacked", "unknown"};
struct batch_range {
    int first = 0;
    int last = 0;
};

// "batch 2" or "batch 2-4"; nothing when the key is something else.
std::optional<batch_range> parse_batch_key(std::string_view key) {
    constexpr std::string_view word = "batch ";
    if (!key.starts_with(word)) return std::nullopt;
    key.remove_prefix(word.size());
    batch_range made;
    const char* const end = key.data() + key.size();
    auto [stop, failed] = std::from_chars(key.data(), end, made.first);
    if (failed != std::errc{} || key.front() == '-') return batch_range{};
    made.last = made.first;
    if (stop != end && *stop == '-') {
        const auto [second, bad] = std::from_chars(stop + 1, end, made.last);
        if (bad != std::errc{}) return batch_range{};
        stop = second;
    }
    if (stop != end || made.last < made.first) return batch_range{};
    return made;
}

class entry_reader {
public:
    entry_reader(trial_reading& from, const node& map, const ticket_shape& ticket)
        : from_(from), node_(map), map_(from.report, map, "a timeline entry"), ticket_(ticket) {}

    std::optional<timeline_entry> read() {
        if (const node* at = map_.require("at", "when it begins, such as `at: 20s`")) {
            made_.at = yaml::read_duration(from_.report, *at, "at", test_times).value_or(made_.at);
        }
        read_ticket_part();
        read_fleet_part();
        if (const node* person = map_.find("person")) read_people(*person);
        if (const node* told = map_.find("operator")) {
            if (auto step = read_operator(from_, *told, ticket_)) {
                made_.operators.push_back(std::move(*step));
            }
        }
        if (const node* how = map_.find("operations")) made_.operations = read_manners(from_, *how);
        map_.find("batch N");
        for (const yaml::member& each : node_.members) {
            if (const auto range = parse_batch_key(each.key.value)) read_batch_key(each, *range);
        }
        map_.finish();
        if (!map_.usable()) return std::nullopt;
        return std::move(made_);
    }

private:
    void read_ticket_part() {
        if (const node* status = map_.find("status")) {
            made_.status = read_status(from_, *status, "status", ticket_words);
            made_.shows_ticket = true;
        }
        if (const node* current = map_.find("current")) {
            const int count = std::max(1, static_cast<int>(ticket_.batches.size()));
            made_.current = yaml::read_whole(from_.report, *current, "current", {1, count});
            made_.shows_ticket = true;
        }
        if (const node* unseen = map_.find("unseen")) {
            made_.unseen = yaml::read_flag(from_.report, *unseen, "unseen");
        }
        if (const node* params = map_.find("params")) {
            made_.params = read_texts(from_, *params, "params");
        }
        if (const node* name = map_.find("order_name")) {
            made_.order_name = yaml::read_text(from_.report, *name, "order_name");
        }
    }

    void read_fleet_part() {
        if (const node* freeze = map_.find("freeze")) {
            made_.frozen = yaml::read_flag(from_.report, *freeze, "freeze");
        }
        if (const node* breaker = map_.find("breaker")) {
            const auto word =
                yaml::read_word(from_.report, *breaker, "breaker", {"open", "closed"});
            if (word) made_.breaker_open = *word == "open";
        }
        const node* fleet = map_.find("fleet");
        if (fleet == nullptr) return;
        fields map{from_.report, *fleet, "fleet"};
        read_number(map, "watched", made_.fleet_watched);
        read_number(map, "unseen", made_.fleet_unseen);
        read_number(map, "operations", made_.fleet_operations);
        read_number(map, "tickets", made_.fleet_tickets);
        read_number(map, "pauses", made_.fleet_pauses);
        map.finish();
    }

    void read_number(fields& map, const char* key, std::optional<int>& into) {
        const node* given = map.find(key);
        if (given != nullptr) {
            into = yaml::read_whole(from_.report, *given, key, {0, 1'000'000});
        }
    }

    // `person: pause`, or `person: {skip_batch: 2}`, `person: {cancel_instance: i-3}`.
    void read_people(const node& what) {
        if (what.kind == node_kind::scalar) {
            const auto word =
                yaml::read_word(from_.report, what, "person", {"pause", "continue", "cancel"});
            if (word) made_.people.push_back({.what = *parse_action(*word)});
            return;
        }
        fields map{from_.report, what, "person"};
        if (const node* batch = map.find("skip_batch")) {
            const int count = std::max(1, static_cast<int>(ticket_.batches.size()));
            const auto index = yaml::read_whole(from_.report, *batch, "skip_batch", {1, count});
            if (index) made_.people.push_back({.what = action::skip_batch, .batch = *index});
        }
        if (const node* instance = map.find("cancel_instance")) {
            const auto number = read_instance(from_, *instance, ticket_);
            if (number) {
                made_.people.push_back({.what = action::cancel_instance, .instance = *number});
            }
        }
        map.finish();
    }

    void read_batch_key(const yaml::member& given, batch_range range) {
        const node* value = map_.find(given.key.value);
        made_.shows_ticket = true;
        const int count = static_cast<int>(ticket_.batches.size());
        if (count == 0) return;
        if (range.first < 1 || range.last > count) {
            from_.report.error(given.key, "bad-value",
                               "the ticket has batches 1 to " + std::to_string(count),
                               "write `batch 1` or `batch 2-3`");
            return;
        }
        if (value == nullptr) return;
        for (int index = range.first; index <= range.last; ++index) {
            const std::size_t before = from_.report.count();
            made_.batches.push_back(read_change(*value, index));
            // The same mistake once, not once for each batch.
            if (from_.report.count() != before) return;
        }
    }

    batch_change read_change(const node& value, int index) {
        batch_change made{.index = index, .counts = std::nullopt, .instances = {}};
        const int size = ticket_.batches[static_cast<std::size_t>(index - 1)].size;
        if (value.kind == node_kind::scalar) {
            if (const auto word = read_status(from_, value, "a batch", instance_words)) {
                made.counts = std::map<std::string, int>{{*word, size}};
            }
            return made;
        }
        fields map{from_.report, value, "a batch"};
        std::map<std::string, int> counts;
        bool counted = false;
        for (const std::string& word : instance_words) {
            const node* number = map.find(word);
            counted = counted || map.has(word);
            if (number == nullptr) continue;
            const auto many = yaml::read_whole(from_.report, *number, word, {0, most_batch_size});
            if (many) counts[upper(word)] = *many;
        }
        if (const node* single = map.find("instances")) read_instances(*single, index, made);
        map.finish();
        if (counted) made.counts = completed(value, std::move(counts), size, made);
        return made;
    }

    static std::string upper(std::string word) {
        for (char& each : word)
            each = static_cast<char>(each - 'a' + 'A');
        return word;
    }

    // The counts with READY for the rest, checked against the batch's size and its single
    // instances.
    std::map<std::string, int> completed(const node& value, std::map<std::string, int> counts,
                                         int size, const batch_change& made) {
        int sum = 0;
        for (const auto& [word, count] : counts)
            sum += count;
        const bool open = !counts.contains("READY");
        if (sum > size || (sum < size && !open)) {
            from_.report.error(value, "bad-sum",
                               "these are " + std::to_string(sum) + " instances, but batch " +
                                   std::to_string(made.index) + " has " + std::to_string(size),
                               open ? "instances that no status is given for are ready"
                                    : "leave `ready` out: it is the rest");
            return counts;
        }
        if (open) counts["READY"] = size - sum;
        std::map<std::string, int> pinned;
        for (const instance_change& each : made.instances) {
            if (each.status) ++pinned[*each.status];
        }
        for (const auto& [word, count] : pinned) {
            const auto at = counts.find(word);
            if (at != counts.end() && at->second >= count) continue;
            from_.report.error(value, "bad-sum",
                               std::to_string(count) + " instances are named " + word +
                                   ", but the batch counts " +
                                   std::to_string(at == counts.end() ? 0 : at->second),
                               "the counts include the instances that are named");
        }
        return counts;
    }

    void read_instances(const node& what, int index, batch_change& into) {
        if (what.kind != node_kind::map) {
            fields complain{from_.report, what, "instances"};
            return;
        }
        const std::vector<int> starts = batch_starts(ticket_);
        const int first = starts[static_cast<std::size_t>(index - 1)] + 1;
        const int last = starts[static_cast<std::size_t>(index)];
        for (const yaml::member& each : what.members) {
            const auto number = read_instance(from_, each.key, ticket_);
            if (!number) continue;
            if (*number < first || *number > last) {
                from_.report.error(each.key, "bad-value",
                                   "batch " + std::to_string(index) + " has instances " +
                                       instance_name(first) + " to " + instance_name(last));
                continue;
            }
            into.instances.push_back(read_instance_change(each.value, *number));
        }
    }

    instance_change read_instance_change(const node& value, instance_id number) {
        instance_change made{.number = number, .status = std::nullopt, .texts = {}};
        if (value.kind == node_kind::scalar) {
            made.status = read_status(from_, value, "an instance", instance_words);
            return made;
        }
        fields map{from_.report, value, "an instance"};
        if (const node* status = map.find("status")) {
            made.status = read_status(from_, *status, "status", instance_words);
        }
        for (const char* name : {"host", "ip", "region", "zone", "resource", "message"}) {
            const node* text = map.find(name);
            if (text == nullptr) continue;
            if (auto got = yaml::read_text(from_.report, *text, name)) {
                made.texts.emplace(name, std::move(*got));
            }
        }
        map.finish();
        return made;
    }

    trial_reading& from_;
    const node& node_;
    fields map_;
    const ticket_shape& ticket_;
    timeline_entry made_;
};

}  // namespace

std::vector<timeline_entry> read_timeline(trial_reading& from, const node& what,
                                          const ticket_shape& ticket) {
    std::vector<timeline_entry> made;
    const auto* list = yaml::read_list(from.report, what, "timeline");
    if (list == nullptr) return made;
    if (list->empty() || list->size() > most_entries) {
        from.report.error(what, "out-of-range",
                          "a timeline has 1 to " + std::to_string(most_entries) + " entries");
        return made;
    }
    for (const node& each : *list) {
        auto entry = entry_reader(from, each, ticket).read();
        if (!entry) continue;
        if (!made.empty() && entry->at < made.back().at) {
            from.report.error(each, "bad-order",
                              "this entry begins at " + to_text(entry->at) +
                                  ", before the one above it at " + to_text(made.back().at),
                              "put the entries in the order of time");
            continue;
        }
        made.push_back(std::move(*entry));
    }
    return made;
}

}  // namespace rolloutd::policies::trial
