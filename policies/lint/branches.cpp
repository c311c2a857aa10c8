#include "policies/lint/branches.h"

#include <algorithm>
#include <cmath>

namespace rolloutd::policies::lint {
namespace {

using cel::binary;

constexpr std::size_t most_branches = 64;
constexpr std::size_t most_literals = 64;

binary opposite(binary op) {
    switch (op) {
        case binary::eq: return binary::ne;
        case binary::ne: return binary::eq;
        case binary::lt: return binary::ge;
        case binary::le: return binary::gt;
        case binary::gt: return binary::le;
        default: return binary::lt;
    }
}

std::optional<std::vector<branch>> any(const formula& what, bool negated) {
    std::vector<branch> all;
    for (const formula& each : what.parts) {
        const auto more = branches_of(each, negated);
        if (!more || all.size() + more->size() > most_branches) return std::nullopt;
        all.insert(all.end(), more->begin(), more->end());
    }
    return all;
}

std::optional<std::vector<branch>> every(const formula& what, bool negated) {
    std::optional<std::vector<branch>> all = std::vector<branch>{branch{}};
    for (const formula& each : what.parts) {
        const auto more = branches_of(each, negated);
        if (!more) return std::nullopt;
        all = both(*all, *more);
        if (!all) return std::nullopt;
    }
    return all;
}

// What each fact of a branch is still allowed to be, and by which test.
struct knowledge {
    std::map<std::string, std::pair<std::set<std::string>, const formula*>> words;
    std::map<std::string, std::pair<std::string, const formula*>> equal;
    std::map<std::string, std::pair<bounds, const formula*>> numbers;
    std::map<std::string, std::pair<bool, const formula*>> truths;
};

// What a test says of the words of a fact, beside comparing it: a batch is current only while the
// ticket is PROCESSING, and a pause has a cause only while it lasts.
std::optional<word_test> implied_word(const literal& what) {
    const formula& test = *what.what;
    if (!what.negated && test.kind == form::fact && test.name == "batch.current") {
        return word_test{"ticket.status", "PROCESSING", true};
    }
    const auto said = word_test_of(test);
    if (said && said->fact == "ticket.pause_cause" && said->equal != what.negated &&
        !said->word.empty()) {
        return word_test{"ticket.status", "PAUSED", true};
    }
    return std::nullopt;
}

std::optional<conflict> learn_word(knowledge& known, const word_test& said, const formula* by) {
    const std::set<std::string>* all = words_of_fact(said.fact);
    if (all != nullptr) {
        auto& [left, before] =
            known.words.try_emplace(said.fact, std::pair{*all, by}).first->second;
        std::set<std::string> kept;
        for (const std::string& each : left) {
            if ((each == said.word) == said.equal) kept.insert(each);
        }
        if (kept.empty()) return conflict{before, by};
        if (kept.size() < left.size()) before = by;
        left = std::move(kept);
        return std::nullopt;
    }
    const auto at = known.equal.find(said.fact);
    if (!said.equal) {
        if (at != known.equal.end() && at->second.first == said.word) {
            return conflict{at->second.second, by};
        }
        return std::nullopt;
    }
    if (at != known.equal.end() && at->second.first != said.word) {
        return conflict{at->second.second, by};
    }
    known.equal[said.fact] = {said.word, by};
    return std::nullopt;
}

std::optional<conflict> learn_bounds(knowledge& known, const bounds& said, const formula* by) {
    const auto [at, is_new] = known.numbers.emplace(said.key, std::pair{said, by});
    if (is_new) return std::nullopt;
    bounds& left = at->second.first;
    if (said.low > left.low || (said.low == left.low && said.low_open)) {
        left.low = said.low;
        left.low_open = said.low_open;
    }
    if (said.high < left.high || (said.high == left.high && said.high_open)) {
        left.high = said.high;
        left.high_open = said.high_open;
    }
    if (is_empty(left)) return conflict{at->second.second, by};
    at->second.second = by;
    return std::nullopt;
}

std::optional<conflict> learn(knowledge& known, const literal& what, const ticket_shape* shape) {
    const formula* test = what.what;
    if (test->kind == form::boolean && test->truth == what.negated) return conflict{test, test};
    const outlook can = outlook_of(*test, shape);
    if (!(what.negated ? can.can_be_false : can.can_be_true)) return conflict{test, test};
    if (const auto implied = implied_word(what)) {
        if (const auto found = learn_word(known, *implied, test)) return found;
    }
    if (auto said = word_test_of(*test)) {
        if (what.negated) said->equal = !said->equal;
        return learn_word(known, *said, test);
    }
    if (const auto said = bounds_of(what)) return learn_bounds(known, *said, test);
    const auto [at, is_new] =
        known.truths.emplace(canonical(*test), std::pair{!what.negated, test});
    if (!is_new && at->second.first == what.negated) return conflict{at->second.second, test};
    return std::nullopt;
}

bool known_while_blind(const std::string& fact) {
    for (const std::string_view known :
         {"now", "ticket.id", "ticket.name", "ticket.labels", "ticket.unseen_for"}) {
        if (fact == known || fact.starts_with(std::string(known) + ".")) return true;
    }
    return false;
}

// unseen_for is above zero only while nothing else can be known.
std::optional<conflict> blind_conflict(const branch& what) {
    const formula* const blind = blind_part(what);
    if (blind == nullptr) return std::nullopt;
    for (const literal& each : what) {
        const formula* unknown = nullptr;
        walk(*each.what, [&](const formula& part) {
            const bool fact =
                part.kind == form::fact && (part.name.find('.') != std::string::npos ||
                                            part.name == "batches" || part.name == "instances");
            if (fact && !known_while_blind(part.name)) unknown = each.what;
        });
        if (unknown != nullptr) return conflict{blind, unknown, true};
    }
    return std::nullopt;
}

bool implied_by(const branch& strong, const literal& weak) {
    const auto limit = bounds_of(weak);
    const auto word = word_test_of(*weak.what);
    const std::string text = canonical(*weak.what);
    for (const literal& each : strong) {
        if (each.negated == weak.negated && canonical(*each.what) == text) return true;
        if (!limit) continue;
        const auto said = bounds_of(each);
        if (said && said->key == limit->key && contains(*limit, *said)) return true;
    }
    if (!word) return false;
    const std::set<std::string>* all = words_of_fact(word->fact);
    if (all == nullptr) return false;
    const bool equal = word->equal != weak.negated;
    const std::set<std::string> left = words_in(strong, word->fact);
    if (equal) return left == std::set<std::string>{word->word};
    // A word that the cloud may yet invent is none of those in the way.
    return !left.contains(word->word);
}

}  // namespace

std::optional<std::vector<branch>> branches_of(const formula& what, bool negated) {
    switch (what.kind) {
        case form::negation:
            if (what.parts.size() == 1) return branches_of(what.parts[0], !negated);
            break;
        case form::all_of: return negated ? any(what, true) : every(what, false);
        case form::any_of: return negated ? every(what, true) : any(what, false);
        case form::boolean:
            if (what.truth != negated) return std::vector<branch>{branch{}};
            break;
        default: break;
    }
    return std::vector<branch>{branch{{&what, negated}}};
}

std::optional<std::vector<branch>> both(const std::vector<branch>& a,
                                        const std::vector<branch>& b) {
    if (a.size() * b.size() > most_branches) return std::nullopt;
    std::vector<branch> all;
    for (const branch& left : a) {
        for (const branch& right : b) {
            branch one = left;
            one.insert(one.end(), right.begin(), right.end());
            if (one.size() > most_literals) return std::nullopt;
            all.push_back(std::move(one));
        }
    }
    return all;
}

std::optional<conflict> conflict_in(const branch& what, const ticket_shape* shape) {
    knowledge known;
    for (const literal& each : what) {
        if (const auto found = learn(known, each, shape)) return found;
    }
    return blind_conflict(what);
}

std::set<std::string> words_in(const branch& what, std::string_view fact) {
    const std::set<std::string>* all = words_of_fact(fact);
    std::set<std::string> left = all == nullptr ? std::set<std::string>{} : *all;
    const auto narrow = [&](const word_test& said) {
        if (said.fact != fact) return;
        std::erase_if(left, [&](const auto& each) { return (each == said.word) != said.equal; });
    };
    for (const literal& each : what) {
        if (const auto implied = implied_word(each)) narrow(*implied);
        auto said = word_test_of(*each.what);
        if (!said) continue;
        if (each.negated) said->equal = !said->equal;
        narrow(*said);
    }
    return left;
}

bool implies(const std::vector<branch>& strong, const std::vector<branch>& weak) {
    return std::all_of(strong.begin(), strong.end(), [&](const branch& one) {
        return std::any_of(weak.begin(), weak.end(), [&](const branch& other) {
            return std::all_of(other.begin(), other.end(),
                               [&](const literal& each) { return implied_by(one, each); });
        });
    });
}

std::optional<bounds> bounds_of(const literal& what) {
    const formula& test = *what.what;
    if (test.kind != form::comparison || test.parts.size() != 2) return std::nullopt;
    const auto is_number = [](const formula& each) {
        return each.kind == form::number || each.kind == form::fact ||
               each.kind == form::arithmetic || each.kind == form::call;
    };
    if (!is_number(test.parts[0]) || !is_number(test.parts[1])) return std::nullopt;
    binary op = what.negated ? opposite(test.op) : test.op;
    linear sum = linear_of(test.parts[0]);
    const linear other = linear_of(test.parts[1]);
    for (const auto& [term, factor] : other.terms)
        sum.terms[term] -= factor;
    std::erase_if(sum.terms, [](const auto& each) { return each.second == 0; });
    if (op == binary::ne || sum.terms.empty()) return std::nullopt;
    const double first = sum.terms.begin()->second;
    const double limit = (other.constant - sum.constant) / first;
    if (first < 0 && op != binary::eq) {
        // Dividing by a negative number turns the comparison round.
        op = op == binary::lt   ? binary::gt
             : op == binary::le ? binary::ge
             : op == binary::gt ? binary::lt
                                : binary::le;
    }
    bounds made;
    for (const auto& [term, factor] : sum.terms) {
        if (!made.key.empty()) made.key += " + ";
        const double share = factor / first;
        made.key += (share == std::floor(share) && std::abs(share) < 1e9
                         ? std::to_string(static_cast<long long>(share))
                         : std::to_string(share)) +
                    "*" + term;
    }
    const bool whole = sum.whole && other.whole && std::abs(first) == 1;
    made.whole = whole;
    if (op == binary::gt || op == binary::ge || op == binary::eq) {
        made.low = whole ? (op == binary::gt ? std::floor(limit) + 1 : std::ceil(limit)) : limit;
        made.low_open = op == binary::gt && !whole;
    }
    if (op == binary::lt || op == binary::le || op == binary::eq) {
        made.high = whole ? (op == binary::lt ? std::ceil(limit) - 1 : std::floor(limit)) : limit;
        made.high_open = op == binary::lt && !whole;
    }
    return made;
}

bool is_empty(const bounds& what) {
    return what.low > what.high || (what.low == what.high && (what.low_open || what.high_open));
}

bool contains(const bounds& outer, const bounds& inner) {
    const bool low =
        inner.low > outer.low || (inner.low == outer.low && (!outer.low_open || inner.low_open));
    const bool high = inner.high < outer.high ||
                      (inner.high == outer.high && (!outer.high_open || inner.high_open));
    return low && high;
}

const formula* blind_part(const branch& what) {
    const formula* blind = nullptr;
    for (const literal& each : what) {
        const auto said = bounds_of(each);
        if (!said || !mentions(*each.what, "ticket.unseen_for")) continue;
        if (said->key == "1*ticket.unseen_for" &&
            (said->low > 0 || (said->low == 0 && said->low_open))) {
            blind = each.what;
        }
    }
    return blind;
}

}  // namespace rolloutd::policies::lint
