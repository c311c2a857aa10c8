// The ticket of a test, and what becomes of the operations that are sent to it.

#include <algorithm>

#include "policies/trial/trial_reading.h"

namespace rolloutd::policies::trial {

namespace {

using yaml::fields;
using yaml::node;
using yaml::node_kind;

const std::vector<std::string> manner_words{"works", "ignored", "refused",
                                            "busy",  "lost",    "unanswered"};
const std::vector<std::string> operation_words{"cancel", "pause", "skip_batch", "cancel_instance",
                                               "continue"};

manner manner_of(const std::string& word) {
    const auto at = std::ranges::find(manner_words, word);
    return static_cast<manner>(at - manner_words.begin());
}

// 90, 98.5 or 98.5%: in tenths.
std::optional<int> read_rate(trial_reading& from, const node& what) {
    node share = what;
    if (share.kind == node_kind::scalar && !share.value.ends_with('%')) share.value += '%';
    return yaml::read_share(from.report, share, "success_rate", {10, 1000});
}

std::optional<batch_shape> read_batch(trial_reading& from, const node& what) {
    batch_shape made;
    if (what.kind == node_kind::scalar) {
        const auto size =
            yaml::read_whole(from.report, what, "a batch's size", {1, most_batch_size});
        if (!size) return std::nullopt;
        made.size = *size;
        return made;
    }
    fields map{from.report, what, "a batch"};
    if (const node* size = map.require("size", "how many instances it has")) {
        made.size = yaml::read_whole(from.report, *size, "size", {1, most_batch_size}).value_or(0);
    }
    if (const node* rotation = map.find("rotation")) {
        made.rotation = yaml::read_word(from.report, *rotation, "rotation", {"CONTINUE", "PAUSE"})
                            .value_or("CONTINUE");
    }
    if (const node* label = map.find("label")) {
        made.label = yaml::read_text(from.report, *label, "label").value_or("");
    }
    if (const node* zones = map.find("zones")) {
        const auto* list = yaml::read_list(from.report, *zones, "zones");
        for (std::size_t i = 0; list != nullptr && i < list->size() && i < 100; ++i) {
            if (auto zone = yaml::read_text(from.report, (*list)[i], "a zone")) {
                made.zones.push_back(std::move(*zone));
            }
        }
    }
    map.finish();
    if (made.size == 0) return std::nullopt;
    return made;
}

void read_batches(trial_reading& from, const node& what, ticket_shape& into) {
    const auto* list = yaml::read_list(from.report, what, "batches");
    if (list == nullptr) return;
    if (list->empty() || list->size() > static_cast<std::size_t>(most_batches)) {
        from.report.error(what, "out-of-range", "a ticket has 1 to 20 batches");
        return;
    }
    for (const node& each : *list) {
        if (auto batch = read_batch(from, each)) into.batches.push_back(std::move(*batch));
    }
    // With one of them unknown, the numbers of the others would be wrong as well.
    if (into.batches.size() != list->size()) into.batches.clear();
}

}  // namespace

std::optional<ticket_shape> read_ticket(trial_reading& from, const node& what) {
    ticket_shape made;
    fields map{from.report, what, "a ticket"};
    const auto text = [&](const char* key, std::string& into) {
        const node* value = map.find(key);
        if (value != nullptr) into = yaml::read_text(from.report, *value, key).value_or(into);
    };
    text("id", made.id);
    text("name", made.name);
    text("order_name", made.order_name);
    text("creator", made.creator);
    text("script_uuid", made.script_uuid);
    text("script_version", made.script_version);
    if (const node* rate = map.find("success_rate")) {
        made.success_rate_tenths = read_rate(from, *rate).value_or(made.success_rate_tenths);
    }
    if (const node* timeout = map.find("timeout")) {
        made.timeout =
            yaml::read_duration(from.report, *timeout, "timeout", {std::chrono::seconds{1}})
                .value_or(made.timeout);
    }
    if (const node* age = map.find("age")) {
        made.age = yaml::read_duration(from.report, *age, "age").value_or(made.age);
    }
    if (const node* labels = map.find("labels")) {
        made.labels = read_texts(from, *labels, "labels").value_or(made.labels);
    }
    if (const node* params = map.find("params")) {
        made.params = read_texts(from, *params, "params").value_or(made.params);
    }
    if (const node* batches = map.require("batches", "such as `batches: [{size: 10}]`")) {
        read_batches(from, *batches, made);
    }
    map.finish();
    if (made.batches.empty()) return std::nullopt;
    return made;
}

manners read_manners(trial_reading& from, const node& what) {
    manners made;
    if (what.kind == node_kind::scalar) {
        const auto word = yaml::read_word(from.report, what, "operations", manner_words);
        for (const std::string& each : operation_words) {
            if (word) made[*parse_action(each)] = manner_of(*word);
        }
        return made;
    }
    fields map{from.report, what, "operations"};
    for (const std::string& each : operation_words) {
        const node* how = map.find(each);
        if (how == nullptr) continue;
        const auto word = yaml::read_word(from.report, *how, each, manner_words);
        if (word) made[*parse_action(each)] = manner_of(*word);
    }
    map.finish();
    return made;
}

}  // namespace rolloutd::policies::trial
