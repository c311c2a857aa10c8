// From the events of yaml-cpp to the tree. Its node interface is not used, because that swallows
// tags: `when: !paused` would become an empty condition without a word.

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "policies/yaml/document.h"
#include "policies/yaml/scalar_map.h"
#include "policies/yaml/syntax_advice.h"
#include "policies/yaml/text.h"

namespace rolloutd::policies::yaml {
namespace {

// Ends the reading from within an event; yaml-cpp has no other way to be stopped.
struct enough {};

struct complaint {
    span where;
    std::string code;
    std::string message;
    std::string hint;
};

// A list or map that is still open. In a map `key` waits for its value.
struct open_node {
    node what;
    bool has_key = false;
    bool skip_value = false;  // of a key that was refused
    node key;
    std::map<std::string, span, std::less<>> seen;
};

class tree_builder final : public YAML::EventHandler {
public:
    tree_builder(std::string_view text, std::size_t shift) : text_(text), shift_(shift) {}

    node take_root();
    // A syntax error cut the file off: what was read last may be only the half of a value.
    void break_off(std::size_t at);
    std::vector<complaint> complaints;

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override { close(); }

private:
    std::size_t offset(const YAML::Mark& mark) const;
    char byte_at(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
    bool refuse_properties(std::size_t at, bool tagged, bool anchored);
    void open(node what);
    void close();
    void add(node what);
    void add_key(open_node& into, node key);
    void set_end(node& what) const;
    auto line_of(std::size_t at) const {
        return 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    }

    std::string_view text_;
    std::size_t shift_;  // yaml-cpp does not count a byte-order mark
    std::vector<open_node> open_;
    node root_;
    bool has_document_ = false;
    std::size_t last_end_ = 0;
};

std::size_t tree_builder::offset(const YAML::Mark& mark) const {
    if (mark.pos < 0) return text_.size();
    return std::min(static_cast<std::size_t>(mark.pos) + shift_, text_.size());
}

void tree_builder::OnDocumentStart(const YAML::Mark& mark) {
    if (has_document_) {
        const std::size_t at = offset(mark);
        complaints.push_back({{at, line_end(text_, at)},
                              "second-document",
                              "a second YAML document begins here, but a file holds one",
                              "put it into a file of its own, or quote the value before it"});
        throw enough{};
    }
    has_document_ = true;
}

// True when the node carries a tag or an anchor; reports it.
bool tree_builder::refuse_properties(std::size_t at, bool tagged, bool anchored) {
    const std::size_t end = line_end(text_, at);
    if (tagged) {
        complaints.push_back(
            {{at, word_end(text_, at)}, "tag", tag_message(text_, at), tag_hint(text_, at)});
    } else if (anchored) {
        complaints.push_back({{at, std::min(end, word_end(text_, at))},
                              "anchor",
                              "`&` begins a YAML anchor here, and anchors are not used",
                              quoting_hint(text_, at)});
    }
    return tagged || anchored;
}

void tree_builder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const std::size_t at = offset(mark);
    node made;
    made.where = {at, at};
    if (refuse_properties(at, false, anchor != 0)) made.kind = node_kind::broken;
    // yaml-cpp puts a value that is not there at the next token; people look behind the key.
    const bool written = byte_at(at) == '~' || text_.substr(at, 4) == "null";
    if (!written && !open_.empty() && open_.back().has_key) {
        const std::size_t end = open_.back().key.where.end;
        made.where = {end, end};
    }
    add(std::move(made));
}

void tree_builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t) {
    const std::size_t at = offset(mark);
    complaints.push_back({{at, word_end(text_, at)},
                          "alias",
                          "`*` begins a YAML alias here, and aliases are not used",
                          quoting_hint(text_, at)});
    node made;
    made.kind = node_kind::broken;
    made.where = {at, word_end(text_, at)};
    add(std::move(made));
}

void tree_builder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                            const std::string& value) {
    const std::size_t at = offset(mark);
    node made;
    made.where = {at, at};
    const bool tagged = byte_at(at) == '!' || (tag != "?" && tag != "!" && !tag.empty());
    if (refuse_properties(at, tagged, anchor != 0)) {
        made.kind = node_kind::broken;
        made.where.end = line_end(text_, at);
        made.value = value;
        add(std::move(made));
        return;
    }
    made.kind = node_kind::scalar;
    made.value = value;
    switch (byte_at(at)) {
        case '\'': made.style = node_style::single_quoted; break;
        case '"': made.style = node_style::double_quoted; break;
        case '|': made.style = node_style::literal; break;
        case '>': made.style = node_style::folded; break;
        default: made.style = node_style::plain; break;
    }
    set_end(made);
    add(std::move(made));
}

void tree_builder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                   YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
    const std::size_t at = offset(mark);
    node made;
    made.kind = node_kind::list;
    made.style = style == YAML::EmitterStyle::Flow ? node_style::flow : node_style::block;
    made.where = {at, at + 1};
    if (refuse_properties(at, tag != "?" && !tag.empty(), anchor != 0)) {
        made.kind = node_kind::broken;
    }
    open(std::move(made));
}

void tree_builder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                              YAML::EmitterStyle::value style) {
    const std::size_t at = offset(mark);
    node made;
    made.kind = node_kind::map;
    made.style = style == YAML::EmitterStyle::Flow ? node_style::flow : node_style::block;
    made.where = {at, at + 1};
    if (refuse_properties(at, tag != "?" && !tag.empty(), anchor != 0)) {
        made.kind = node_kind::broken;
    }
    open(std::move(made));
}

void tree_builder::set_end(node& what) const {
    const std::vector<std::size_t> map = map_scalar(text_, what);
    if (map.empty()) {
        what.where.end = std::max(what.where.begin, line_end(text_, what.where.begin));
        return;
    }
    const bool quoted =
        what.style == node_style::single_quoted || what.style == node_style::double_quoted;
    what.where.end = map.back() + (quoted ? 1 : 0);
}

void tree_builder::open(node what) {
    if (open_.size() >= static_cast<std::size_t>(max_depth)) {
        complaints.push_back({what.where, "too-deep",
                              "more than " + std::to_string(max_depth) + " levels of nesting",
                              "is a bracket left open?"});
        throw enough{};
    }
    open_node added;
    added.what = std::move(what);
    open_.push_back(std::move(added));
}

void tree_builder::close() {
    node done = std::move(open_.back().what);
    open_.pop_back();
    done.where.end = std::max(done.where.end, last_end_);
    if (done.style == node_style::flow) {
        const std::size_t bracket = text_.find_first_not_of(" \t\r\n,", done.where.end);
        if (byte_at(bracket) == ']' || byte_at(bracket) == '}') done.where.end = bracket + 1;
    }
    if (done.kind == node_kind::broken) {
        done.items.clear();
        done.members.clear();
    }
    add(std::move(done));
}

void tree_builder::add(node what) {
    last_end_ = std::max(last_end_, what.where.end);
    if (open_.empty()) {
        root_ = std::move(what);
        return;
    }
    open_node& into = open_.back();
    if (into.what.kind == node_kind::list) {
        into.what.items.push_back(std::move(what));
        return;
    }
    // A broken container is a list or a map whose tag was refused: its parts are of no use, but
    // they come in pairs or singly as before, and nothing is kept of them.
    if (into.what.kind == node_kind::broken) return;
    if (!into.has_key) {
        add_key(into, std::move(what));
        return;
    }
    into.has_key = false;
    if (std::exchange(into.skip_value, false)) return;
    into.what.members.push_back({std::move(into.key), std::move(what)});
}

void tree_builder::add_key(open_node& into, node key) {
    into.has_key = true;
    into.skip_value = true;
    if (key.kind == node_kind::broken) {
        into.what.complete = false;
    } else if (key.kind != node_kind::scalar) {
        complaints.push_back({key.where, "key-type", "a key must be a word", ""});
    } else if (const auto before = into.seen.find(key.value); before != into.seen.end()) {
        complaints.push_back({key.where, "duplicate-key",
                              "the key '" + excerpt(key.value) + "' stands here a second time",
                              "the first is in line " +
                                  std::to_string(line_of(before->second.begin)) +
                                  "; remove one of the two"});
    } else {
        into.seen.emplace(key.value, key.where);
        into.skip_value = false;
    }
    into.key = std::move(key);
}

void tree_builder::break_off(std::size_t at) {
    // `when: "a" == b` arrives as the text a, then the error: the value is not what was meant.
    if (open_.empty()) {
        root_.complete = false;
        if (root_.kind == node_kind::scalar) root_.kind = node_kind::broken;
        return;
    }
    const auto same_line = [&](const node& what) {
        return what.where.begin >= line_begin(text_, at) || what.where.end >= line_begin(text_, at);
    };
    node& innermost = open_.back().what;
    if (!innermost.members.empty() && same_line(innermost.members.back().value)) {
        innermost.members.back().value.kind = node_kind::broken;
    }
    if (!innermost.items.empty() && same_line(innermost.items.back())) {
        innermost.items.back().kind = node_kind::broken;
    }
    while (!open_.empty()) {
        open_.back().what.complete = false;
        if (open_.back().what.kind == node_kind::map && open_.back().has_key) {
            node unread;
            unread.kind = node_kind::broken;
            unread.where = open_.back().key.where;
            add(std::move(unread));
        }
        close();
    }
}

node tree_builder::take_root() { return std::move(root_); }

std::optional<complaint> refuse_text(const std::string& text) {
    if (text.size() > max_file_bytes) {
        return complaint{
            {0, 0}, "too-large", "the file is larger than 1 MiB", "split it into several files"};
    }
    if (const auto bad = first_non_utf8(text)) {
        return complaint{
            {*bad, *bad + 1}, "not-utf-8", "this byte is not UTF-8", "save the file as UTF-8"};
    }
    if (const auto bad = first_forbidden(text)) {
        return complaint{{*bad, *bad + 1},
                         "bad-character",
                         "a control character stands here",
                         "remove it; in a double-quoted text it can be written as \\x.."};
    }
    return std::nullopt;
}

void read_events(const source_file& file, tree_builder& builder) {
    const std::size_t shift = mark_length(file.text);
    try {
        std::istringstream stream(file.text.substr(shift));
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {}
    } catch (const enough&) {
        const std::size_t at = builder.complaints.back().where.begin;
        builder.break_off(at);
    } catch (const YAML::Exception& error) {
        const std::size_t raw =
            error.mark.pos < 0 ? file.text.size() : static_cast<std::size_t>(error.mark.pos);
        const std::size_t at = std::min(raw + shift, file.text.size());
        builder.break_off(at);
        const syntax_advice advice = advise(file.text, at, error.msg);
        builder.complaints.push_back({advice.where, advice.code, advice.message, advice.hint});
    }
}

}  // namespace

parsed parse(source_file file) {
    std::vector<complaint> complaints;
    node root;
    if (auto refused = refuse_text(file.text)) {
        complaints.push_back(std::move(*refused));
        root.kind = node_kind::broken;
    } else {
        tree_builder builder(file.text, mark_length(file.text));
        read_events(file, builder);
        complaints = std::move(builder.complaints);
        root = builder.take_root();
    }
    parsed result{document(std::move(file), std::move(root)), {}};
    for (complaint& each : complaints) {
        result.issues.push_back(
            result.file.make_issue(severity::error, each.where, std::move(each.code),
                                   std::move(each.message), std::move(each.hint)));
    }
    return result;
}

}  // namespace rolloutd::policies::yaml
