#include "policies/cel/environment.h"

#include <algorithm>

#include "policies/cel/functions.h"
#include "policies/check.h"

namespace rolloutd::policies::cel {

environment environment::standard() {
    static const environment made = [] {
        environment all;
        for (auto family :
             {string_functions(), conversion_functions(), time_functions(), text_functions(),
              format_functions(), math_functions(), optional_functions(), encoder_functions()}) {
            for (function& one : family)
                all.declare(std::move(one));
        }
        return all;
    }();
    return made;
}

int environment::declare(std::string name, type declared) {
    ROLLOUTD_CHECK(!has_variable(name));
    variables_.push_back({std::move(name), std::move(declared)});
    return static_cast<int>(variables_.size() - 1);
}

void environment::declare(function what) {
    for (const overload& one : what.overloads) {
        const int bodies = (one.body ? 1 : 0) + (one.scoped ? 1 : 0) + (one.bounded ? 1 : 0);
        ROLLOUTD_CHECK(bodies == 1);
    }
    std::vector<function> all = functions();
    all.push_back(std::move(what));
    functions_ = std::make_shared<const std::vector<function>>(std::move(all));
}

void environment::set_dialect(dialect what) { rules_ = what; }

void environment::set_zones(const zone_source* known) { zones_ = known; }

bool environment::has_variable(std::string_view name) const {
    return std::any_of(variables_.begin(), variables_.end(),
                       [&](const variable& one) { return one.name == name; });
}

const std::vector<variable>& environment::variables() const { return variables_; }
const std::vector<function>& environment::functions() const {
    static const std::vector<function> none;
    return functions_ ? *functions_ : none;
}
std::shared_ptr<const std::vector<function>> environment::shared_functions() const {
    return functions_;
}
const dialect& environment::rules() const { return rules_; }
const zone_source* environment::zones() const { return zones_; }

}  // namespace rolloutd::policies::cel
