// Whatever bytes a condition holds: compiling it never crashes, every problem lies inside the text,
// and what compiles (or only parses) ends within its budget in a value or an error.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "policies/cel/expression.h"
#include "policies/check.h"
#include "policies/facts.h"

namespace {

using namespace rolloutd::policies;

// Some facts of each kind, and errors for the rest.
class few_facts : public cel::scope {
public:
    cel::value variable(int slot) const override {
        switch (slot) {
            case 2: return cel::value::list({cel::value::integer(1), cel::value::string("a")});
            case 3: return cel::value::map({{cel::value::string("k"), cel::value::real(0.5)}});
            case 4: return cel::value::timestamp(cel::instant{1'795'255'200, 0});
            default: return cel::value::error("not_seen", "the ticket was not read");
        }
    }
};

void exercise(const cel::compile_result& made, std::string_view text) {
    if (const auto* problems = std::get_if<std::vector<cel::problem>>(&made)) {
        ROLLOUTD_CHECK(!problems->empty());
        for (const cel::problem& each : *problems) {
            ROLLOUTD_CHECK(each.where.begin <= each.where.end && each.where.end <= text.size());
        }
        return;
    }
    cel::trace used;
    const few_facts facts;
    const cel::value result = std::get<cel::expression>(made).evaluate(facts, {}, &used);
    ROLLOUTD_CHECK(result.text().size() <= 200);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const cel::environment& names = facts_environment(subject_kind::instance);
    exercise(cel::compile(text, names), text);
    exercise(cel::parse_only(text, names), text);
    return 0;
}
