// sign_vectors FILE...: signs the requests of JSON files in the format of
// ../shared/signing-vectors.json and compares every step of each signature with what the file
// expects. Prints each difference with both texts, then "N passed, M failed". Exit code 1 when any
// failed or there was nothing to sign.

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/signature.h"

namespace {

namespace json = boost::json;
namespace api = rolloutd::api;

std::string text_of(const json::string& from) { return std::string(from.data(), from.size()); }

std::string text_in(const json::object& from, std::string_view name) {
    const json::value* found = from.if_contains(json::string_view(name.data(), name.size()));
    if (found == nullptr || found->is_null()) return "";
    return text_of(found->as_string());
}

// 1.5 and 2.0 as the vendor's signer writes numbers into a query.
std::string text_of_real(double from) {
    std::array<char, 64> text{};
    const auto [stop, error] = std::to_chars(text.data(), text.data() + text.size(), from);
    std::string made(text.data(), stop);
    if (made.find_first_of(".en") == std::string::npos) made += ".0";
    return made;
}

std::string text_of_parameter(const json::value& from) {
    if (from.is_string()) return text_of(from.get_string());
    if (from.is_bool()) return from.get_bool() ? "true" : "false";
    if (from.is_double()) return text_of_real(from.get_double());
    if (from.is_int64() || from.is_uint64()) return json::serialize(from);
    throw std::runtime_error("a value of the query is neither text nor number nor boolean");
}

// A list under one name is that name once for each of its values.
void add_parameter(api::signable& into, const std::string& name, const json::value& from) {
    if (const json::array* list = from.if_array()) {
        for (const json::value& each : *list)
            into.query.emplace_back(name, text_of_parameter(each));
    } else {
        into.query.emplace_back(name, text_of_parameter(from));
    }
}

void read_query(api::signable& into, const json::object& one) {
    const json::value* query = one.if_contains("query");
    if (query == nullptr || query->is_null()) return;
    if (const json::object* pairs = query->if_object()) {
        for (const auto& [name, value] : *pairs)
            add_parameter(into, std::string(name), value);
        return;
    }
    for (const json::value& entry : query->as_array()) {
        const json::array& pair = entry.as_array();
        add_parameter(into, text_of(pair.at(0).as_string()), pair.at(1));
    }
}

bool is_called(std::string_view name, std::string_view lower_case) {
    std::string lowered(name);
    for (char& c : lowered)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lowered == lower_case;
}

// Which headers the vendor's client signs: all whose names have no underscore, Host, and for bodies
// that are not JSON a word in place of their hash.
void read_headers(api::signable& into, const json::object& one) {
    const json::value* sign_host = one.if_contains("sign_host");
    bool wants_host = sign_host == nullptr || sign_host->as_bool();
    bool unsigned_body = false;
    for (const auto& [name, value] : one.at("headers").as_object()) {
        const std::string text = text_of_parameter(value);
        if (name == "Content-Type" && !text.empty() && !text.starts_with("application/json"))
            unsigned_body = true;
        if (is_called(name, "host")) wants_host = false;
        if (name.find('_') == json::string_view::npos)
            into.headers.emplace_back(std::string(name), text);
    }
    if (unsigned_body) {
        std::erase_if(into.headers, [](const api::http_header& each) {
            return each.name == "X-Sdk-Content-Sha256";
        });
        into.headers.emplace_back("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD");
    }
    if (wants_host) into.headers.emplace_back("Host", text_in(one, "host"));
}

api::signable read_request(const json::object& one) {
    api::signable made;
    made.method = text_in(one, "method");
    made.path = text_in(one, "path");
    made.body = text_in(one, "body");
    read_query(made, one);
    read_headers(made, one);
    return made;
}

std::map<std::string, std::string> steps_of(const api::signable& what, const api::signature& made) {
    const std::string query =
        made.canonical_query.empty() ? std::string() : "?" + made.canonical_query;
    return {
        {"payload_sha256", made.payload_sha256},
        {"canonical_uri", made.canonical_uri},
        {"canonical_query", made.canonical_query},
        {"signed_headers", made.signed_headers},
        {"canonical_request", made.canonical_request},
        {"canonical_request_sha256", made.canonical_request_sha256},
        {"string_to_sign", made.string_to_sign},
        {"signature", made.value},
        {"authorization", made.authorization},
        {"request_target", what.path + query},
    };
}

// The differences, or "".
std::string failure_of(const json::object& one) {
    const api::signable request = read_request(one);
    const auto made = api::sign(request, text_in(one, "access_key"), text_in(one, "secret_key"));
    if (made.has_error()) return "    cannot be signed: " + made.error().detail + "\n";
    const auto steps = steps_of(request, *made);
    const json::object& expect = one.at("expect").as_object();
    if (!expect.contains("signature") && !expect.contains("authorization"))
        return "    expects neither a signature nor an authorization\n";
    std::string differences;
    for (const auto& [member, expected] : expect) {
        const std::string name(member);
        const auto found = steps.find(name);
        if (found == steps.end()) {
            differences += "    " + name + " is expected, which is no step of a signature\n";
        } else if (expected.as_string() != found->second) {
            differences += "    " + name + "\n      expected " + json::serialize(expected) +
                           "\n      actual   " + json::serialize(json::string(found->second)) +
                           "\n";
        }
    }
    return differences;
}

struct totals {
    int passed = 0;
    int failed = 0;
};

// A vector that cannot be read is a failure, not the end of the run.
void run_vector(const json::value& entry, totals& sum) {
    std::string name = "a vector without a name";
    std::string differences;
    try {
        const json::object& one = entry.as_object();
        if (one.contains("name")) name = text_in(one, "name");
        differences = failure_of(one);
    } catch (const std::exception& problem) {
        differences = std::string("    cannot be read: ") + problem.what() + "\n";
    }
    ++(differences.empty() ? sum.passed : sum.failed);
    if (!differences.empty()) std::cout << name << ": FAILED\n" << differences;
}

void run_file(const std::string& name, totals& sum) {
    std::ifstream file(name, std::ios::binary);
    if (!file) {
        std::cout << "*** " << name << " is not there or cannot be read: NO vector of it was signed"
                  << " ***\n";
        ++sum.failed;
        return;
    }
    std::ostringstream text;
    text << file.rdbuf();
    try {
        const json::value document = json::parse(text.str());
        const json::array* list = document.if_array();
        for (const json::value& each : list ? *list : document.at("vectors").as_array())
            run_vector(each, sum);
    } catch (const std::exception& problem) {
        std::cout << name << ": " << problem.what() << '\n';
        ++sum.failed;
    }
}

}  // namespace

int main(int count, char** words) {
    if (count < 2 || std::string_view(words[1]).starts_with("--")) {
        std::cerr << "usage: sign_vectors FILE...\n";
        return 64;
    }
    totals sum;
    for (int word = 1; word < count; ++word)
        run_file(words[word], sum);
    if (sum.passed + sum.failed == 0) std::cout << "there is no vector in what was named\n";
    std::cout << sum.passed << " passed, " << sum.failed << " failed\n";
    return sum.failed > 0 || sum.passed == 0 ? 1 : 0;
}
