#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>

#include "daemon/cli/commands.h"
#include "daemon/cli/exit_codes.h"
#include "daemon/cli/journal_check.h"
#include "daemon/cli/locate.h"
#include "daemon/cli/past_decision.h"
#include "daemon/cli/refusals.h"
#include "daemon/cli/since.h"
#include "daemon/cli/terminal.h"
#include "daemon/files.h"
#include "daemon/journal/digest.h"
#include "daemon/journal/history.h"
#include "daemon/journal/verify.h"

namespace rolloutd::daemon::cli {

namespace json = boost::json;

namespace {

void print_broken(const common_options& how, const journal_failure& why) {
    if (!how.json()) {
        std::fprintf(stderr, "rolloutctl: %s\n", harmless(to_text(why)).c_str());
        return;
    }
    json::object result;
    result["ok"] = false;
    result["error"] = why.what;
    result["file"] = why.file;
    result["line"] = why.line;
    result["seq"] = why.seq;
    std::printf("%s\n", json::serialize(result).c_str());
}

void print_verified(const common_options& how, const verified& what) {
    if (!how.json()) {
        std::printf("ok: %s in %s, the last is %llu with hash %s\n",
                    counted(what.records, "record").c_str(), counted(what.files, "file").c_str(),
                    static_cast<unsigned long long>(what.last.seq), what.last.hash.c_str());
        if (what.checkpoints_signed > 0)
            std::printf("%llu of %s signed; the last one, %llu, answers for all before it\n",
                        static_cast<unsigned long long>(what.checkpoints_signed),
                        counted(what.checkpoints, "checkpoint").c_str(),
                        static_cast<unsigned long long>(what.signed_until));
        if (what.torn) std::printf("a daemon is alive and was writing the last line\n");
        return;
    }
    std::printf("%s\n", json::serialize(to_json(what)).c_str());
}

// The public key in a file: hex, or PEM as `openssl pkey -pubout` writes it. "" with a word to the
// person when it is none.
std::string read_key(const std::string& path) {
    const file_text read = read_file(path);
    if (!read.text) {
        std::fprintf(stderr, "rolloutctl: %s: %s\n", harmless(path).c_str(),
                     harmless(read.problem).c_str());
        return "";
    }
    std::string key = public_key_in(*read.text);
    if (key.empty())
        std::fprintf(stderr,
                     "rolloutctl: %s: this is no Ed25519 public key in PEM form or hex (make one "
                     "with: openssl pkey -in KEY -pubout)\n",
                     harmless(path).c_str());
    return key;
}

std::optional<chain> read_kept(const std::string& text) {
    chain kept;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), kept.seq);
    const auto digits = static_cast<std::size_t>(end.ptr - text.data());
    if (end.ec != std::errc{} || kept.seq == 0 || text.size() != digits + 65 ||
        text[digits] != ':' || from_hex(text.substr(digits + 1)).size() != 32)
        return std::nullopt;
    kept.hash = text.substr(digits + 1);
    return kept;
}

}  // namespace

int run_history(const common_options& how, const history_options& what) {
    history_filter filter;
    filter.ticket = what.ticket;
    filter.kinds = {what.kinds.begin(), what.kinds.end()};
    if (!what.since.empty()) {
        filter.since = since_of(what.since);
        if (!filter.since) return exit_with::usage;
    }
    const std::optional<located> where = locate(how);
    if (!where) return exit_with::error;
    const auto files = make_disk(where->state);
    const auto shown = read_history(*files, filter, [&](const record& each, std::string_view line) {
        const std::string text = how.json() ? std::string(line) : harmless(table_line(each));
        return std::printf("%s\n", text.c_str()) >= 0;
    });
    if (shown) return 0;
    return refuse(to_text(shown.error()));
}

int run_explain_decision(const common_options& how, const std::string& ticket,
                         unsigned long long number) {
    const std::optional<located> where = locate(how);
    if (!where) return exit_with::error;
    const auto files = make_disk(where->state);
    history_filter filter;
    filter.ticket = ticket;
    past_decision story(number);
    const auto read = read_history(*files, filter, [&](const record& each, std::string_view line) {
        story.take(each, line);
        return true;
    });
    if (!read) {
        std::fprintf(stderr, "rolloutctl: %s\n", harmless(to_text(read.error())).c_str());
        return exit_with::error;
    }
    if (!story.found()) {
        std::fprintf(stderr,
                     "rolloutctl: record %llu is no decision about %s, or is not kept any more: "
                     "`rolloutctl history --ticket %s --kind decision` lists those that are\n",
                     number, harmless(ticket).c_str(), harmless(ticket).c_str());
        return exit_with::error;
    }
    const palette colours(wants_colour(STDOUT_FILENO, how.no_color));
    std::fputs((how.json() ? story.json() : story.text(colours)).c_str(), stdout);
    return 0;
}

int run_verify(const common_options& how, const verify_command& what) {
    std::string root = what.folder;
    if (root.empty()) {
        const std::optional<located> where = locate(how);
        if (!where) return exit_with::error;
        root = where->state;
    }
    if (!is_folder(root)) {
        return refuse(root + " is not a folder");
    }
    verify_options options = whole_check(root);
    if (!what.key_file.empty()) {
        options.key = read_key(what.key_file);
        if (options.key.empty()) return exit_with::error;
    }
    if (!what.kept.empty()) {
        options.kept = read_kept(what.kept);
        if (!options.kept) {
            return refuse_usage("--kept: write number and hash, as 41:9f86…");
        }
    }
    const auto files = make_disk(root);
    const auto result = verify_journal(*files, options);
    if (!result) {
        print_broken(how, result.error());
        return exit_with::error;
    }
    print_verified(how, *result);
    return 0;
}

}  // namespace rolloutd::daemon::cli
