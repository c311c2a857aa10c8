#include "policies/facts.h"
#include "policies/policy_loader.h"

namespace rolloutd::policies {

const vocabulary& facts_vocabulary() {
    static constexpr vocabulary words{&facts_environment, &match_environment, &reads_of};
    return words;
}

}  // namespace rolloutd::policies
