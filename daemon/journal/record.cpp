#include "daemon/journal/record.h"

#include <algorithm>
#include <charconv>

#include "daemon/journal/json_text.h"
#include "policies/check.h"

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

constexpr std::string_view beginning = "{\"v\":1,\"seq\":";
constexpr std::string_view prev_label = ",\"prev\":\"";
constexpr std::string_view hash_label = ",\"hash\":\"";
constexpr std::size_t hex_length = 64;

bool is_hash(std::string_view text) {
    return text.size() == hex_length &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Of a line without its LF, from the end: `"}`, 64 hex, label.
struct ending {
    std::string_view hashed;  // what the hash is made over
    std::string_view prev;
    std::string_view hash;
};

std::optional<ending> split(std::string_view line) {
    const std::size_t prev_length = prev_label.size() + hex_length + 1;
    if (line.size() < ending_length + prev_length) return std::nullopt;
    const std::string_view tail = line.substr(line.size() - ending_length);
    const std::string_view hashed = line.substr(0, line.size() - ending_length);
    const std::string_view before = hashed.substr(hashed.size() - prev_length);
    ending parts{hashed, before.substr(prev_label.size(), hex_length),
                 tail.substr(hash_label.size(), hex_length)};
    if (!tail.starts_with(hash_label) || !tail.ends_with("\"}") || !is_hash(parts.hash) ||
        !before.starts_with(prev_label) || before.back() != '"' || !is_hash(parts.prev))
        return std::nullopt;
    return parts;
}

std::optional<sequence> leading_seq(std::string_view line) {
    if (!line.starts_with(beginning)) return std::nullopt;
    line.remove_prefix(beginning.size());
    sequence seq = 0;
    const auto end = std::from_chars(line.data(), line.data() + line.size(), seq);
    if (end.ec != std::errc{} || line.starts_with('0')) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(end.ptr - line.data()));
    if (!line.starts_with(',')) return std::nullopt;
    return seq;
}

journal_failure unfit(std::string what, sequence seq = 0) {
    journal_failure failure(journal_failure::kind::broken, std::move(what));
    failure.seq = seq;
    return failure;
}

bool has_null(const json::value& what) {
    if (const json::object* members = what.if_object())
        return std::ranges::any_of(*members,
                                   [](const auto& each) { return has_null(each.value()); });
    if (const json::array* elements = what.if_array())
        return std::ranges::any_of(*elements, [](const auto& each) { return has_null(each); });
    return what.is_null();
}

std::optional<std::string> text_member(const json::object& line, std::string_view name) {
    const json::value* value = line.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
}

// The members of the envelope stand first and in this order, `prev` and `hash` last.
bool in_order(const json::object& line, bool with_ticket) {
    std::vector<std::string_view> names{"v", "seq", "at", "kind"};
    if (with_ticket) names.insert(names.end(), {"ticket", "tseq"});
    if (line.size() < names.size() + 2) return false;
    const auto same = [](const auto& member, std::string_view name) {
        return member.key() == name;
    };
    if (!std::equal(names.begin(), names.end(), line.begin(),
                    [&](std::string_view name, const auto& member) { return same(member, name); }))
        return false;
    return same(*(line.end() - 2), "prev") && same(*(line.end() - 1), "hash");
}

}  // namespace

std::string open_line(const envelope& head, const json::object& body) {
    std::string line(beginning);
    line += std::to_string(head.seq);
    line += ",\"at\":\"" + policies::to_text(head.at) + "\",\"kind\":";
    write_json(line, json::value(head.kind));
    if (!head.ticket.empty()) {
        line += ",\"ticket\":";
        write_json(line, json::value(head.ticket));
        line += ",\"tseq\":" + std::to_string(head.tseq);
    }
    for (const auto& each : body) {
        line += ',';
        write_json(line, json::value(each.key()));
        line += ':';
        write_json(line, each.value());
    }
    return line;
}

sealed_line seal(std::string open, std::string_view prev, sha256& hasher) {
    open += prev_label;
    open += prev;
    open += '"';
    hasher.update(open);
    sealed_line sealed{std::move(open), hasher.finish()};
    sealed.text += hash_label;
    sealed.text += sealed.hash;
    sealed.text += "\"}\n";
    return sealed;
}

std::string segment_name(sequence first) {
    std::string digits = std::to_string(first);
    if (digits.size() < 12) digits.insert(0, 12 - digits.size(), '0');
    return digits + ".jsonl";
}

std::optional<sequence> parse_segment_name(std::string_view name) {
    if (is_compressed(name)) name.remove_suffix(compressed_suffix.size());
    sequence first = 0;
    const auto end = std::from_chars(name.data(), name.data() + name.size(), first);
    if (end.ec != std::errc{} || first == 0 || segment_name(first) != name) return std::nullopt;
    return first;
}

std::optional<std::string> follow(chain& where, std::string_view line, sha256& hasher) {
    if (line.size() + 1 > record_limit) return "the line is longer than 1 MiB";
    const std::optional<ending> parts = split(line);
    if (!parts) return "the line does not end in prev and hash";
    hasher.update(parts->hashed);
    if (hasher.finish() != parts->hash) return "its hash does not match its bytes";
    const std::optional<sequence> seq = leading_seq(line);
    if (!seq) return "the line does not begin with v and seq";
    if (*seq != where.seq + 1)
        return "its number is " + std::to_string(*seq) + ", expected is " +
               std::to_string(where.seq + 1);
    if (parts->prev != where.hash) return "its prev is not the hash of the record before";
    where.seq = *seq;
    where.hash = parts->hash;
    return std::nullopt;
}

namespace {

// Takes `label`, and what stands from there to the next quote that is not escaped.
std::optional<std::string_view> take_text(std::string_view& from, std::string_view label) {
    if (!from.starts_with(label)) return std::nullopt;
    std::size_t end = label.size();
    while (end < from.size() && from[end] != '"')
        end += from[end] == '\\' ? 2U : 1U;
    if (end >= from.size()) return std::nullopt;
    const std::string_view text = from.substr(label.size(), end - label.size());
    from.remove_prefix(end + 1);
    return text;
}

}  // namespace

std::optional<envelope_view> view_envelope(std::string_view line) {
    const std::size_t at = line.find(",\"at\":\"", beginning.size());
    if (at == std::string_view::npos || at > beginning.size() + 20) return std::nullopt;
    line.remove_prefix(at);
    const auto when = take_text(line, ",\"at\":\"");
    const auto kind = take_text(line, ",\"kind\":\"");
    if (!when || when->size() != 24 || !kind || kind->empty()) return std::nullopt;
    envelope_view seen{*when, *kind, {}, 0};
    const auto ticket = take_text(line, ",\"ticket\":\"");
    if (!ticket) return seen;
    seen.ticket = *ticket;
    constexpr std::string_view label = ",\"tseq\":";
    if (ticket->empty() || !line.starts_with(label)) return std::nullopt;
    line.remove_prefix(label.size());
    const auto end = std::from_chars(line.data(), line.data() + line.size(), seen.tseq);
    if (end.ec != std::errc{} || seen.tseq == 0 || *end.ptr != ',') return std::nullopt;
    return seen;
}

journal_result<record> parse_record(std::string_view line, json::storage_ptr into) {
    const sequence at = leading_seq(line).value_or(0);
    const std::optional<ending> parts = split(line);
    if (at == 0 || !parts) return unfit("the line is not a record", at);
    if (has_spaces(line)) return unfit("white space stands outside strings", at);
    std::optional<json::value> parsed = parse_json(line, into);
    if (!parsed || !parsed->is_object()) return unfit("the line is not JSON in UTF-8", at);
    json::object& members = parsed->get_object();
    const bool with_ticket = members.contains("ticket");
    const auto stamp = policies::parse_timestamp(text_member(members, "at").value_or(""));
    const std::optional<std::string> kind = text_member(members, "kind");
    if (!in_order(members, with_ticket) || !stamp || !kind || kind->empty())
        return unfit("v, seq, at, kind, ticket and tseq do not stand first in this order", at);
    record what{{}, json::object(std::move(into)), {}, {}};
    what.head.seq = at;
    what.head.at = *stamp;
    what.head.kind = *kind;
    if (with_ticket) {
        const json::value& tseq = members.at("tseq");
        what.head.ticket = text_member(members, "ticket").value_or("");
        if (what.head.ticket.empty() || !tseq.is_int64() || tseq.get_int64() < 1)
            return unfit("ticket or tseq is not what it should be", at);
        what.head.tseq = static_cast<std::uint64_t>(tseq.get_int64());
    }
    what.prev = parts->prev;
    what.hash = parts->hash;
    const std::size_t first = with_ticket ? 6 : 4;
    for (std::size_t n = first; n + 2 < members.size(); ++n) {
        auto& member = *(members.begin() + n);
        // Only a merge patch says something by null.
        if (member.key() != "change" && has_null(member.value()))
            return unfit("null stands where a value is left out", at);
        what.body.emplace(member.key(), std::move(member.value()));
    }
    return what;
}

}  // namespace rolloutd::daemon
