#include <algorithm>

#include "config/address.h"
#include "config/section_readers.h"

namespace rolloutd::config {
namespace {

using policies::action;
using policies::status_word;
using policies::yaml::fields;
using policies::yaml::node;
using policies::yaml::problems;

// A service's address, which secrets go to: never in clear text over a network.
std::optional<endpoint> read_service(problems& report, const node& from, const std::string& what,
                                     const std::string& example) {
    const auto text = read_text(report, from, what);
    if (!text) return std::nullopt;
    const std::optional<endpoint> parsed = parse_endpoint(*text);
    if (!parsed) {
        report.error(from, "bad-value", what + " is not an address of a service",
                     "write it like " + example);
        return std::nullopt;
    }
    if (!parsed->tls && !is_loopback(parsed->host)) {
        const std::string secret = what == "cloud.endpoint" ? "the token" : "the password";
        report.error(from, "insecure-endpoint",
                     what + " would carry " + secret + " in clear text to " + parsed->host,
                     "use https://; http:// is allowed for loopback addresses only");
        return std::nullopt;
    }
    return parsed;
}

void read_endpoint(problems& report, const node& from, cloud& into) {
    const auto where =
        read_service(report, from, "cloud.endpoint", "https://coc.myhuaweicloud.com");
    if (!where) return;
    into.where = *where;
    into.endpoint_text = read_text(report, from, "cloud.endpoint").value_or("");
}

// A text that must be there.
std::string need_text(problems& report, fields& map, const std::string& prefix,
                      const std::string& key, const std::string& hint) {
    const node* found = map.require(key, hint);
    if (found == nullptr) return "";
    return read_text(report, *found, prefix + key).value_or("");
}

iam_login read_iam(problems& report, const node& from) {
    const std::string prefix = "cloud.auth.iam.";
    iam_login made;
    fields iam(report, from, "cloud.auth.iam");
    if (const node* found = iam.require("endpoint", "write it like https://iam.myhuaweicloud.com"))
        made.where =
            read_service(report, *found, prefix + "endpoint", "https://iam.myhuaweicloud.com")
                .value_or(endpoint());
    made.domain = need_text(report, iam, prefix, "domain", "the name of the account");
    made.user = need_text(report, iam, prefix, "user", "the name of the IAM user");
    made.password_file =
        need_text(report, iam, prefix, "password_file", "the name of the file with the password");
    if (const node* found = iam.find("project"))
        made.project = read_text(report, *found, prefix + "project").value_or("");
    // Told at the beginning of the map, because problems are shown with their lines.
    if (iam.has("password")) {
        iam.find("password");
        report.error(
            *iam.key_of("password"), "secret", "a password does not belong into this file",
            "put it into a file that only rolloutd can read, and name it in password_file");
    }
    iam.finish();
    return made;
}

signing_keys read_aksk(problems& report, const node& from) {
    const std::string prefix = "cloud.auth.aksk.";
    signing_keys made;
    fields aksk(report, from, "cloud.auth.aksk");
    made.access_key_file = need_text(report, aksk, prefix, "access_key_file",
                                     "the name of the file with the access key's id");
    made.secret_key_file = need_text(report, aksk, prefix, "secret_key_file",
                                     "the name of the file with the secret key");
    if (const node* found = aksk.find("security_token_file"))
        made.security_token_file =
            read_text(report, *found, prefix + "security_token_file").value_or("");
    for (const std::string key : {"access_key", "secret_key", "security_token"}) {
        if (!aksk.has(key)) continue;
        aksk.find(key);
        report.error(
            *aksk.key_of(key), "secret", "a key does not belong into this file",
            "put it into a file that only rolloutd can read, and name it in " + key + "_file");
    }
    aksk.finish();
    return made;
}

void read_auth(problems& report, const node& from, cloud& into) {
    fields auth(report, from, "cloud.auth");
    const node* token = auth.find("token_file");
    const node* iam = auth.find("iam");
    const node* aksk = auth.find("aksk");
    const int given = int{auth.has("token_file")} + int{auth.has("iam")} + int{auth.has("aksk")};
    if (auth.usable() && from.complete && given != 1) {
        report.error(from, "auth",
                     given == 0 ? "cloud.auth names no way to authenticate"
                                : "cloud.auth names more than one way to authenticate",
                     "give exactly one of token_file, iam and aksk");
    }
    if (token != nullptr) {
        into.token_file = read_text(report, *token, "cloud.auth.token_file").value_or("");
    }
    if (iam != nullptr) into.iam = read_iam(report, *iam);
    if (aksk != nullptr) into.aksk = read_aksk(report, *aksk);
    auth.finish();
}

call_rate read_rate(problems& report, const node& from) {
    call_rate made;
    fields rate(report, from, "cloud.rate");
    constexpr policies::yaml::whole_range calls{1, 100'000};
    if (const node* found = rate.find("per_second")) {
        made.per_second =
            read_whole(report, *found, "cloud.rate.per_second", calls).value_or(made.per_second);
        made.burst = 2 * made.per_second;
    }
    if (const node* found = rate.find("burst")) {
        made.burst = read_whole(report, *found, "cloud.rate.burst", calls).value_or(made.burst);
    }
    if (const node* found = rate.find("reserved_for_operations")) {
        // All of it would leave nothing to look with, and blind is the one thing not to be.
        made.reserved_tenths =
            read_share(report, *found, "cloud.rate.reserved_for_operations", {0, 900})
                .value_or(made.reserved_tenths);
    }
    rate.finish();
    return made;
}

std::optional<status_word> read_status(problems& report, const node& from) {
    const auto text = read_text(report, from, "a status in cloud.legal");
    if (!text) return std::nullopt;
    const status_word word = policies::classify(*text);
    if (word == status_word::unknown) {
        report.error(from, "bad-value", "'" + *text + "' is no status of a ticket",
                     "READY, PROCESSING, PAUSED, ABNORMAL");
        return std::nullopt;
    }
    if (policies::is_terminal(word)) {
        report.error(from, "bad-value", "a ticket that is " + *text + " is over: nothing is legal");
        return std::nullopt;
    }
    return word;
}

policies::legal_table read_legal(problems& report, const node& from) {
    policies::legal_table table = policies::default_legal_table();
    fields legal(report, from, "cloud.legal");
    for (const action what : {action::cancel, action::pause, action::skip_batch,
                              action::cancel_instance, action::continue_ticket}) {
        const std::string name(policies::to_text(what));
        const node* found = legal.find(name);
        if (found == nullptr) continue;
        const auto* list = read_list(report, *found, "cloud.legal." + name);
        if (list == nullptr) continue;
        std::set<status_word> statuses;
        for (const node& each : *list) {
            if (const auto word = read_status(report, each)) statuses.insert(*word);
        }
        table[what] = statuses;
    }
    legal.finish();
    return table;
}

void read_project(problems& report, const node& from, cloud& into) {
    const auto text = read_text(report, from, "cloud.project_id");
    if (!text) return;
    const bool fits = text->size() <= 64 && std::all_of(text->begin(), text->end(), [](char each) {
                          return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'z') ||
                                 (each >= 'A' && each <= 'Z') || each == '-' || each == '_';
                      });
    if (!fits) {
        report.error(from, "bad-value", "cloud.project_id is made of letters, digits, '-' and '_'");
        return;
    }
    into.project_id = *text;
}

}  // namespace

cloud read_cloud(reading_file& from) {
    cloud made;
    problems& report = from.report;
    const node* found = from.top.require("cloud", "it tells where the cloud answers");
    if (found == nullptr) return made;
    fields section(report, *found, "cloud");
    if (const node* value =
            section.require("endpoint", "write it like https://coc.myhuaweicloud.com"))
        read_endpoint(report, *value, made);
    if (const node* value = section.require("auth", "write `auth: {token_file: token}`"))
        read_auth(report, *value, made);
    if (const node* value = section.find("project_id")) read_project(report, *value, made);
    if (const node* value = section.find("ca_file")) {
        if (const auto path = read_text(report, *value, "cloud.ca_file")) {
            made.ca_file = below(from.folder, *path);
        }
    }
    if (const node* value = section.find("timeout")) {
        made.timeout = read_duration(report, *value, "cloud.timeout",
                                     {std::chrono::milliseconds{100}, std::chrono::minutes{5}})
                           .value_or(made.timeout);
    }
    if (const node* value = section.find("rate")) made.rate = read_rate(report, *value);
    if (const node* value = section.find("connections")) {
        made.connections =
            read_whole(report, *value, "cloud.connections", {1, 256}).value_or(made.connections);
    }
    if (const node* value = section.find("legal")) made.legal = read_legal(report, *value);
    section.finish();
    return made;
}

}  // namespace rolloutd::config
