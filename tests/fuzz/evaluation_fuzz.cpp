// Expressions that mean something, over facts that may be anything: the bytes choose the way
// through a grammar and the values of the policies' facts. Evaluation never crashes, ends within
// its budget, gives the type that was deduced or an error, and gives the same value twice.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "policies/cel/expression.h"
#include "policies/check.h"
#include "policies/facts.h"

namespace {

using namespace rolloutd::policies::cel;

class choices {
public:
    choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    // 0 to below - 1; 0 when the bytes have run out, so that every way ends.
    std::size_t below(std::size_t most) {
        if (at_ >= size_) return 0;
        return data_[at_++] % most;
    }
    std::int64_t number() {
        std::uint64_t made = 0;
        const std::size_t width = below(9);
        for (std::size_t byte = 0; byte < width; ++byte)
            made = made << 8U | below(256);
        return static_cast<std::int64_t>(made);
    }
    std::string text() {
        std::string made;
        for (std::size_t left = below(12); left > 0; --left)
            made.push_back(static_cast<char>(below(256)));
        return made;
    }

private:
    const std::uint8_t* data_;
    std::size_t size_;
    std::size_t at_ = 0;
};

// $n a number, $b a condition, $s a text, $l a list, $d a duration, $o an optional number.
using choice = std::vector<const char*>;

const choice numbers = {"3",
                        "count.abnormal",
                        "count.total",
                        "$n + $n",
                        "$n - $n",
                        "$n * $n",
                        "$n / $n",
                        "$n % $n",
                        "-$n",
                        "size($s)",
                        "$l.size()",
                        "$l[$n]",
                        "$b ? $n : $n",
                        "$o.orValue($n)",
                        "$d.getMinutes()",
                        "int($s)",
                        "instance.id",
                        "math.greatest($n, $n, $n)",
                        "math.bitShiftLeft($n, $n)",
                        "$s.indexOf($s, $n)",
                        "ticket.batches",
                        "cel.bind(x, $n, x + x)",
                        "-9223372036854775808",
                        "9223372036854775807"};
const choice conditions = {"true",
                           "$n > $n",
                           "$s == $s",
                           "$b && $b",
                           "$b || $b",
                           "!$b",
                           "$d <= $d",
                           "$n in $l",
                           "$s.contains($s)",
                           "$s.matches($s)",
                           "$l.exists(x, x > $n && $b)",
                           "$l.all(i, v, i < v || $b)",
                           "instances.exists(i, i.status == $s)",
                           "has(ticket.labels.tier)",
                           "$o.hasValue()",
                           "$l == $l",
                           "percent($n, $n) > 5.0",
                           "instances.exists_one(i, i.zone == $s && i.slowness > 2.0)"};
const choice texts = {"'a'",
                      "ticket.status",
                      "ticket.name",
                      "instance.zone",
                      "$s + $s",
                      "string($n)",
                      "$s.charAt($n)",
                      "$s.substring($n, $n)",
                      "$s.replace($s, $s)",
                      "$s.split($s).join($s)",
                      "'%d of %s'.format([$n, $s])",
                      "$s.reverse()",
                      "ticket.labels[?$s].orValue($s)",
                      "strings.quote($s)",
                      "string($d)"};
const choice lists = {"[1, 2]",
                      "[$n, ?$o, $n]",
                      "$l + $l",
                      "$l.map(x, x + $n)",
                      "$l.filter(x, x > $n)",
                      "instances.map(i, i.id)",
                      "$l.transformList(i, v, v > $n, i + $n)"};
const choice durations = {"duration('5m')",       "ticket.age", "ticket.timeout",
                          "instance.running_for", "$d + $d",    "$d - $d"};
const choice optionals = {"optional.of($n)", "optional.none()", "$l[?$n]", "$o.or($o)",
                          "$o.optMap(x, x * $n)"};
const choice& forms(char kind) {
    switch (kind) {
        case 'n': return numbers;
        case 's': return texts;
        case 'l': return lists;
        case 'd': return durations;
        case 'o': return optionals;
        default: return conditions;
    }
}

std::string written(choices& from, char kind, int depth) {
    const auto& known = forms(kind);
    const std::string form = known[depth > 6 ? 0 : from.below(known.size())];
    std::string made = "(";
    for (std::size_t at = 0; at < form.size(); ++at) {
        if (form[at] == '$') {
            made += written(from, form[++at], depth + 1);
        } else {
            made += form[at];
        }
        if (made.size() > 8'000) return "(" + std::string(known[0]) + ")";
    }
    return made + ")";
}

value chosen(choices& from, const type& wanted, int depth);

// Answers the same for one field however often it is asked, as facts do.
class random_object : public object {
public:
    random_object(choices& from, const object_type& declared, int depth) : declared_(declared) {
        for (const field_declaration& one : declared.fields())
            fields_.push_back(chosen(from, one.declared, depth + 1));
    }
    const object_type& declared() const override { return declared_; }
    value field(int slot) const override { return fields_[static_cast<std::size_t>(slot)]; }

private:
    const object_type& declared_;
    std::vector<value> fields_;
};

// The objects of one run: values borrow them.
std::vector<std::unique_ptr<random_object>>& kept() {
    static std::vector<std::unique_ptr<random_object>> all;
    return all;
}

value chosen(choices& from, const type& wanted, int depth) {
    switch (from.below(12)) {
        case 10: return value::error("not_seen", "it was not read");
        case 11: return value::error("missing", "there is none");
        default: break;
    }
    switch (wanted.kind()) {
        case type_kind::boolean: return value::boolean(from.below(2) == 1);
        case type_kind::integer: return value::integer(from.number());
        case type_kind::real: return value::real(std::bit_cast<double>(from.number()));
        case type_kind::string: return value::string(from.text());
        case type_kind::duration: return value::duration(std::chrono::nanoseconds{from.number()});
        case type_kind::timestamp: {
            const auto seconds = static_cast<std::uint64_t>(from.number()) % 253'402'300'799;
            return value::timestamp(instant{static_cast<std::int64_t>(seconds), 0});
        }
        case type_kind::list: {
            std::vector<value> made;
            for (std::size_t left = depth > 2 ? 0 : from.below(4); left > 0; --left)
                made.push_back(chosen(from, wanted.arguments()[0], depth + 1));
            return value::list(std::move(made));
        }
        case type_kind::map: {
            return value::map({{value::string("tier"), chosen(from, wanted.arguments()[1], depth)},
                               {value::string("a"), value::string(from.text())}});
        }
        case type_kind::object:
            kept().push_back(std::make_unique<random_object>(from, *wanted.declared(), depth));
            return value::object(*kept().back());
        default: return value();
    }
}

class random_facts : public scope {
public:
    random_facts(choices& from, const environment& names) {
        for (const rolloutd::policies::cel::variable& one : names.variables())
            values_.push_back(chosen(from, one.declared, 0));
    }
    value variable(int slot) const override { return values_[static_cast<std::size_t>(slot)]; }

private:
    std::vector<value> values_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const environment& names =
        rolloutd::policies::facts_environment(rolloutd::policies::subject_kind::instance);
    choices from(data, size);
    kept().clear();
    const std::string text = written(from, 'b', 0);
    const compile_result made = compile(text, names, type_kind::boolean);
    const auto* condition = std::get_if<expression>(&made);
    if (!condition) return 0;
    const random_facts facts(from, names);
    trace recorded;
    const value first = condition->evaluate(facts, {}, &recorded);
    ROLLOUTD_CHECK(first.is_error() || first.kind() == value_kind::boolean);
    const value again = condition->evaluate(facts, {});
    ROLLOUTD_CHECK(first.kind() == again.kind() && first.text() == again.text());
    for (const used_value& one : recorded.used)
        ROLLOUTD_CHECK(!one.name.empty() && one.what.text().size() <= 200);
    return 0;
}
