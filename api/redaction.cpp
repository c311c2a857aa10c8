#include "api/redaction.h"

namespace rolloutd::api {
namespace {

constexpr std::string_view instead = "***";

void take_out(std::string& text, const std::string& secret) {
    if (secret.empty()) return;
    std::size_t at = text.find(secret);
    while (at != std::string::npos) {
        text.replace(at, secret.size(), instead);
        // Behind what was put there: a secret made of asterisks would be found in it for ever.
        at = text.find(secret, at + instead.size());
    }
}

}  // namespace

std::string without_secrets(std::string text, const secret_list& secrets) {
    for (const std::string& each : secrets)
        take_out(text, each);
    return text;
}

}  // namespace rolloutd::api
