#include "policies/settings.h"

namespace rolloutd::policies {

legal_table default_legal_table() {
    using enum status_word;
    return {
        {action::cancel, {ready, processing, paused, abnormal}},
        {action::pause, {processing}},
        {action::skip_batch, {processing}},
        {action::cancel_instance, {processing}},
        {action::continue_ticket, {paused}},
    };
}

}  // namespace rolloutd::policies
