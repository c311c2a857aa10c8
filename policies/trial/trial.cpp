#include "policies/trial/trial.h"

namespace rolloutd::policies::trial {

std::string instance_name(instance_id number) { return "i-" + std::to_string(number); }

std::string subject_name(const subject& who) {
    switch (who.kind) {
        case subject_kind::batch: return "batch " + std::to_string(who.number);
        case subject_kind::instance: return instance_name(who.number);
        case subject_kind::ticket: break;
    }
    return {};
}

}  // namespace rolloutd::policies::trial
