#include "daemon/replay/bundle.h"

#include <algorithm>
#include <set>
#include <utility>

#include "daemon/journal/digest.h"
#include "daemon/journal/event_text.h"
#include "daemon/journal/history.h"
#include "daemon/journal/json_text.h"
#include "daemon/journal/line_reader.h"
#include "daemon/replay/fleet_text.h"
#include "daemon/replay/tar_text.h"
#include "policies/diagnostic.h"

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

constexpr std::uint64_t largest_state = std::uint64_t{64} << 20;
// Of a file's own name in the archive.
constexpr std::size_t longest_policy_name = 80;
constexpr const char* slice_name = "slice.jsonl";
constexpr const char* state_name = "state.snap";
constexpr const char* views_name = "fleet.jsonl";

// The salt would help to guess what redacted parameters were.
std::string without_salt(std::string_view line) {
    std::string text(line);
    constexpr std::string_view member = "\"salt\":\"";
    const std::size_t at = text.find(member);
    if (at == std::string::npos) return text;
    const std::size_t begin = at + member.size();
    return text.erase(begin, text.find('"', begin) - begin);
}

// What was read, for people: neither parameters nor what scripts wrote.
json::object shown_reading(const record& what) {
    json::object reading = what.body.at("reading").as_object();
    if (json::value* info = reading.if_contains("info"); info != nullptr && info->is_object())
        info->get_object().erase("params");
    json::value* details = reading.if_contains("details");
    if (details == nullptr || !details->is_object()) return reading;
    for (auto& batch : details->get_object()) {
        json::object* members = batch.value().if_object();
        json::value* instances = members == nullptr ? nullptr : members->if_contains("instances");
        if (instances == nullptr || !instances->is_object()) continue;
        for (auto& each : instances->get_object())
            if (each.value().is_object()) each.value().get_object().erase("message");
    }
    return reading;
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// The name that the policy's text gives itself at the margin, or "".
std::string policy_name_in(std::string_view text) {
    constexpr std::string_view key = "policy:";
    std::size_t at = text.starts_with(key) ? 0 : text.find("\npolicy:");
    if (at == std::string_view::npos) return "";
    at = text.find(':', at) + 1;
    std::string_view rest = text.substr(at, text.find('\n', at) - at);
    constexpr std::string_view of_names = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const std::size_t begin = rest.find_first_of(of_names);
    if (begin == std::string_view::npos || rest.find('#') < begin) return "";
    rest = rest.substr(begin);
    return std::string(rest.substr(0, rest.find_first_not_of(of_names)));
}

std::string readme_for(const ticket_id& ticket) {
    return "What rolloutd's journal tells of ticket " + ticket +
           ".\n"
           "\n"
           "  slice.jsonl         its records and those of the daemon around them, as they stand "
           "in "
           "the journal;\n"
           "                      only the salt of `start` records is taken out\n"
           "  fleet.jsonl         what the rest of the fleet looked like to its steps\n"
           "  state.snap          what was known before the first record (absent: nothing)\n"
           "  observations.jsonl  each reading whole, without parameters and messages\n"
           "  history.txt         the same story in sentences\n"
           "  policies/           the policies that judged\n"
           "  verification.json   what `rolloutctl verify` said of the whole journal\n"
           "\n"
           "Messages, and parameters whose names journal.redact covers, are hashes in it. Other\n"
           "parameters that a policy names, the texts of policies and people's reasons stand in "
           "it\n"
           "as they are: read it before you give it away.\n"
           "\n"
           "To conclude everything anew from these records:\n"
           "\n"
           "  rolloutctl replay " +
           ticket + "\n";
}

}  // namespace

void bundler::begin_with(recovered before) {
    fleet_ = std::move(before.fleet);
    const auto known = before.tickets.find(ticket_);
    std::map<ticket_id, policies::ticket_state> one;
    if (known != before.tickets.end()) one.insert(std::move(*known));
    fleet_state shown;
    shown.journal = fleet_.journal;
    shown.epoch = fleet_.epoch;
    shown.seen_until = fleet_.seen_until;
    state_ = snapshot_text(one, shown);
}

void bundler::take(const record& what, std::string_view line) {
    if (what.head.ticket == ticket_) note_fleet(what);
    if (what.head.ticket.empty()) {
        if (const auto body = parse_daemon_body(what)) {
            apply_to_fleet(fleet_, what.head, *body);
            note_in_force(*body);
        }
        keep_daemons(what, line);
    } else if (const auto event = parse_event(what)) {
        apply_to_fleet(fleet_, what.head.ticket, *event, {what.head.seq, what.head.at});
        if (what.head.ticket == ticket_) keep_ticket(what, line);
    }
}

void bundler::keep_daemons(const record& what, std::string_view line) {
    const std::string& kind = what.head.kind;
    if (kind == "seen" || kind == "notify") return;
    const std::string text = without_salt(line) + '\n';
    if (records_ == 0 && state_.empty()) {
        // Before its first record only the last start counts, and the texts that were known by
        // then.
        if (kind == "policy") {
            texts_ += text;
            return;
        }
        if (kind == "checkpoint") return;
        if (kind == "start") before_.clear();
    }
    before_ += text;
}

void bundler::note_in_force(const daemon_body& body) {
    if (const auto* start = std::get_if<start_body>(&body)) in_force_ = start->policies;
    if (const auto* reload = std::get_if<reload_body>(&body))
        if (reload->accepted) in_force_ = reload->policies;
    if (const auto* text = std::get_if<policy_body>(&body)) {
        policies_.try_emplace(text->sha256,
                              policy_text{text->file, policy_name_in(text->text), text->text});
        // Where the start is no longer kept, the files' heads tell what is in force.
        in_force_.try_emplace(text->file, text->sha256);
    }
}

// A decision names the digest of its policy; all else that rules conclude, its name.
void bundler::note_judged(const record& what) {
    const std::string name = text_in(what.body, "policy");
    if (name.empty()) return;
    std::vector<std::string> found{text_in(what.body, "policy_sha256")};
    if (found.front().empty()) {
        found.clear();
        for (const auto& [file, digest] : in_force_) {
            const auto known = policies_.find(digest);
            if (known == policies_.end()) continue;
            if (known->second.name.empty() || known->second.name == name) found.push_back(digest);
        }
    }
    for (std::string& each : found)
        if (std::ranges::find(judged_, each) == judged_.end()) judged_.push_back(std::move(each));
}

// Several texts of one file have their digests before its name, but for the first.
std::vector<bundled_file> bundler::policy_files() const {
    std::set<std::string> used;
    std::vector<bundled_file> all;
    for (const std::string& digest : judged_) {
        const auto known = policies_.find(digest);
        if (known == policies_.end()) continue;
        const std::string base = base_name(known->second.file);
        std::string name = base.substr(0, longest_policy_name);
        if (name != base || !used.insert(base).second) name = digest.substr(0, 12) + "-" + name;
        all.push_back({"policies/" + name, known->second.text});
    }
    return all;
}

bool bundler::too_large() const {
    const std::size_t size = slice_.size() + before_.size() + texts_.size() + views_.size() +
                             observations_.size() + history_.size();
    return size > most_ || state_.size() > largest_state;
}

void bundler::keep_ticket(const record& what, std::string_view line) {
    slice_ += std::exchange(texts_, {}) + std::exchange(before_, {}) + std::string(line) + '\n';
    ++records_;
    last_at_ = what.head.at;
    history_ += policies::printable(table_line(what)) + '\n';
    note_judged(what);
    if (what.head.kind != "observe") return;
    json::object told;
    told["seq"] = what.head.seq;
    told["at"] = policies::to_text(what.head.at);
    told["reading"] = shown_reading(what);
    observations_ += json_text(told) + '\n';
}

void bundler::note_fleet(const record& what) {
    const std::string view = fleet_text(policies::view_of(fleet_.ledger, ticket_, what.head.at));
    if (view == last_view_) return;
    last_view_ = view;
    views_ += "{\"seq\":" + std::to_string(what.head.seq) + ",\"fleet\":" + view + "}\n";
}

std::vector<bundled_file> bundler::files() const {
    std::vector<bundled_file> all{{"README", readme_for(ticket_)},
                                  {slice_name, slice_},
                                  {views_name, views_},
                                  {"observations.jsonl", observations_},
                                  {"history.txt", history_}};
    if (!state_.empty()) all.push_back({state_name, state_});
    for (bundled_file& each : policy_files())
        all.push_back(std::move(each));
    return all;
}

std::string bundle_text(const std::vector<bundled_file>& files, const std::string& folder,
                        timestamp written) {
    tar_text archive(written);
    for (const bundled_file& each : files)
        archive.add(folder + "/" + each.name, each.text);
    return archive.take();
}

bool is_bundle(disk& from) { return from.size(slice_name).has_value(); }

namespace {

journal_failure damaged(std::string what, const line_reader& where) {
    journal_failure failure(journal_failure::kind::broken, std::move(what), where.path());
    failure.line = where.line();
    return failure;
}

bool has_own_hash(std::string_view line) {
    if (line.size() < ending_length) return false;
    const std::size_t end = line.size() - ending_length;
    return line.substr(end + 9, 64) == sha256_of(line.substr(0, end));
}

// The views by the number of the record from which on they hold.
journal_result<std::map<sequence, policies::fleet_view>> read_views(disk& from) {
    std::map<sequence, policies::fleet_view> views;
    line_reader lines(from, views_name);
    for (;;) {
        const auto line = lines.next();
        if (!line) return line.error();
        if (!*line) return views;
        const auto parsed = parse_json(**line);
        const auto* members = parsed ? parsed->if_object() : nullptr;
        const json::value* seq = members == nullptr ? nullptr : members->if_contains("seq");
        const json::value* fleet = members == nullptr ? nullptr : members->if_contains("fleet");
        const auto view = fleet == nullptr ? std::nullopt : fleet_from(*fleet);
        if (seq == nullptr || !seq->is_int64() || !view)
            return damaged("the line is no view of the fleet", lines);
        views.emplace(static_cast<sequence>(seq->get_int64()), *view);
    }
}

}  // namespace

journal_result<void> read_bundle(disk& from, const source_listener& to,
                                 const std::function<void(const policies::fleet_view&)>& see) {
    const auto views = read_views(from);
    if (!views) return views.error();
    if (from.size(state_name)) {
        const auto text = read_whole(from, state_name, largest_state);
        if (!text) return text.error();
        auto state = parse_snapshot(*text);
        if (!state) return state.error();
        to.begin(std::move(*state));
    }
    line_reader lines(from, slice_name);
    record_reader readings;
    for (;;) {
        const auto line = lines.next();
        if (!line) return line.error();
        if (!*line) return {};
        auto parsed = parse_record(**line);
        if (!parsed) return damaged(parsed.error().what, lines);
        if (parsed->head.kind != "start" && !has_own_hash(**line))
            return damaged("its hash does not match its bytes", lines);
        parsed = readings.complete(std::move(*parsed));
        if (!parsed) return damaged(parsed.error().what, lines);
        auto view = views->upper_bound(parsed->head.seq);
        if (view != views->begin()) see(std::prev(view)->second);
        if (!to.take(std::move(*parsed), {slice_name, lines.line()})) return {};
    }
}

}  // namespace rolloutd::daemon
