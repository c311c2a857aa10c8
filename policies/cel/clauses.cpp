#include "policies/cel/clauses.h"

#include <algorithm>

#include "policies/cel/ast.h"
#include "policies/cel/token.h"

namespace rolloutd::policies::cel {

namespace {

// More are told together.
constexpr std::size_t most_clauses = 40;

std::string_view word_of(binary op) {
    switch (op) {
        case binary::lt: return "<";
        case binary::le: return "<=";
        case binary::gt: return ">";
        case binary::ge: return ">=";
        case binary::eq: return "==";
        case binary::ne: return "!=";
        default: return "";
    }
}

// The range of a sub-expression with the brackets that belong to it, so that it can be read by
// itself: the tree knows none.
text_range with_brackets(const std::vector<token>& all, text_range where) {
    const auto step = [](const token& what) {
        if (what.kind != token_kind::symbol) return 0;
        return what.text == "(" ? 1 : what.text == ")" ? -1 : 0;
    };
    int open = 0;
    int least = 0;
    for (const token& each : all) {
        if (each.where.begin < where.begin || each.where.end > where.end) continue;
        open += step(each);
        least = std::min(least, open);
    }
    // Those that close within and were opened before it, then those that are left open.
    int missing = -least;
    for (auto each = all.rbegin(); each != all.rend() && missing > 0; ++each) {
        if (each->where.end > where.begin || step(*each) != 1) continue;
        where.begin = each->where.begin;
        --missing;
    }
    int left = open - least;
    for (const token& each : all) {
        if (left == 0) break;
        if (each.where.begin < where.end || step(each) != -1) continue;
        where.end = each.where.end;
        --left;
    }
    return where;
}

class taker {
public:
    taker(const tree& what, std::string_view text)
        : tree_(what), text_(text), tokens_(scan(text, compile_limits{}.bytes).all) {}

    clauses take() {
        const node& root = tree_.at(tree_.root);
        found_.any = root.kind == node_kind::or_;
        add(tree_.root, root.kind);
        return std::move(found_);
    }

private:
    std::string source(text_range where) const {
        where = with_brackets(tokens_, where);
        return std::string(text_.substr(where.begin, where.end - where.begin));
    }

    void add(node_index index, node_kind joint) {
        const node& here = tree_.at(index);
        const bool joins = here.kind == joint &&
                           (here.kind == node_kind::and_ || here.kind == node_kind::or_) &&
                           found_.all.size() + here.children.size() <= most_clauses;
        if (joins) {
            for (const node_index each : here.children)
                add(each, joint);
            return;
        }
        clause made;
        made.where = with_brackets(tokens_, here.where);
        made.text = std::string(text_.substr(made.where.begin, made.where.end - made.where.begin));
        if (here.kind == node_kind::comparison && here.children.size() == 2) {
            made.relation = word_of(here.op);
            made.left = source(tree_.at(here.children[0]).where);
            made.right = source(tree_.at(here.children[1]).where);
        }
        found_.all.push_back(std::move(made));
    }

    const tree& tree_;
    std::string_view text_;
    std::vector<token> tokens_;
    clauses found_;
};

}  // namespace

clauses clauses_of(std::string_view condition) {
    const parsed read = parse(condition, {});
    if (read.whole && read.problems.empty()) return taker(read.made, condition).take();
    clause whole;
    whole.where = {0, condition.size()};
    whole.text = std::string(condition);
    return {.any = false, .all = {std::move(whole)}};
}

}  // namespace rolloutd::policies::cel
