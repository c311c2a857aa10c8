#pragma once
// Reading a tree strictly: which keys may stand in a map, of which type each is, what is missing,
// what is not known. Complaints are collected, never thrown, so that one run shows all of them.
// Used by the policy loader and the configuration loader.

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policies/diagnostic.h"
#include "policies/time.h"
#include "policies/yaml/document.h"

namespace rolloutd::policies::yaml {

// The issues of one document while it is read. Borrows the document.
class problems {
public:
    explicit problems(const document& file) : file_(&file) {}

    void error(const node& where, std::string code, std::string message, std::string hint = {});
    void error(span where, std::string code, std::string message, std::string hint = {});
    void warning(const node& where, std::string code, std::string message, std::string hint = {});
    void add(issue what) { issues_.push_back(std::move(what)); }

    const document& file() const { return *file_; }
    std::vector<issue> take() { return std::move(issues_); }
    std::size_t count() const { return issues_.size(); }

private:
    const document* file_;
    std::vector<issue> issues_;
};

// A map, asked for its keys one after the other. finish() reports what nobody asked for.
class fields {
public:
    // `what` names the map for people: "a rule", "poll". Another kind of node is reported, and then
    // every key is absent. Borrows both.
    fields(problems& report, const node& map, std::string what);

    // The value of the key, or nullptr when it is not there, was given as nothing, or was reported.
    const node* find(std::string_view key);
    // As find; reports "missing-key" when it is not there, with `hint`.
    const node* require(std::string_view key, std::string_view hint = {});
    // The key's own node, for errors about it.
    const node* key_of(std::string_view key) const;
    bool has(std::string_view key) const;
    // False when the node is no map: nothing can be said about its keys.
    bool usable() const { return usable_; }

    // Reports each key that was never asked for as "unknown-key", with the nearest that was.
    void finish();

private:
    const member* member_of(std::string_view key) const;

    problems& report_;
    const node& map_;
    std::string what_;
    bool usable_ = false;
    std::set<std::string, std::less<>> known_;
};

struct whole_range {
    std::int64_t least = 0;
    std::int64_t most = std::numeric_limits<int>::max();
};

struct time_range {
    duration least{};
    duration most = std::chrono::hours{24 * 366};
};

// Each gives nothing after it reported what is wrong ("wrong-type", "bad-value", "out-of-range");
// of a broken node nothing is reported. `what` names the value for people: "poll.every".

std::optional<std::string> read_text(problems& report, const node& from, std::string_view what);
std::optional<bool> read_flag(problems& report, const node& from, std::string_view what);
std::optional<int> read_whole(problems& report, const node& from, std::string_view what,
                              whole_range within = {});
std::optional<duration> read_duration(problems& report, const node& from, std::string_view what,
                                      time_range within = {});
// "5%" or "0.5%", in tenths of a percent; least and most are tenths too.
std::optional<int> read_share(problems& report, const node& from, std::string_view what,
                              whole_range tenths = {0, 1000});
// "64MiB", "10GiB", "512KiB", "4096B"; in bytes.
std::optional<std::int64_t> read_size(problems& report, const node& from, std::string_view what,
                                      whole_range bytes = {1, std::int64_t{1} << 50});
// One of the words.
std::optional<std::string> read_word(problems& report, const node& from, std::string_view what,
                                     const std::vector<std::string>& words);
// A name of [a-z0-9-]+, at most 64 characters.
std::optional<std::string> read_name(problems& report, const node& from, std::string_view what);
// The elements of a list; reports when it is none.
const std::vector<node>* read_list(problems& report, const node& from, std::string_view what);

// `version: 1`, the first key of every file.
void read_version(problems& report, fields& top);

// "a, b or c".
std::string one_of(const std::vector<std::string>& words);

}  // namespace rolloutd::policies::yaml
