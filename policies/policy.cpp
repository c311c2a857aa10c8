#include "policies/policy.h"

namespace rolloutd::policies {

std::string_view to_text(mode what) {
    switch (what) {
        case mode::observe: return "observe";
        case mode::propose: return "propose";
        case mode::enforce: return "enforce";
    }
    return {};
}

std::optional<mode> parse_mode(std::string_view text) {
    for (const mode each : {mode::observe, mode::propose, mode::enforce}) {
        if (to_text(each) == text) return each;
    }
    return std::nullopt;
}

}  // namespace rolloutd::policies
