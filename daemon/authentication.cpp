#include "daemon/authentication.h"

#include <utility>

#include "api/aksk_credentials.h"
#include "api/iam_tokens.h"
#include "api/token_source.h"

namespace rolloutd::daemon {
namespace {

api::pool_settings iam_pool_of(const setup& from) {
    const config::cloud& how = from.options.coc;
    api::pool_settings pool;
    pool.where = endpoint_of(how.iam->where);
    pool.proxy = from.ways.iam;
    pool.ca_file = how.ca_file;
    pool.connections = 1;
    // A token stands in a header of the answer, and is kilobytes long (reference/coc-api.md §5.1).
    pool.limits.header_bytes = 64 * 1024;
    pool.limits.body_bytes = 1024 * 1024;
    return pool;
}

api::iam_settings login_of(const setup& from) {
    const config::cloud& how = from.options.coc;
    api::iam_settings made;
    made.domain = how.iam->domain;
    made.user = how.iam->user;
    made.project = how.iam->project;
    made.password_file = from.secrets.password;
    made.timeout = how.timeout;
    return made;
}

api::aksk_settings keys_of(const setup& from) {
    api::aksk_settings made;
    made.where = endpoint_of(from.options.coc.where);
    made.access_key_file = from.secrets.access_key;
    made.secret_key_file = from.secrets.secret_key;
    made.security_token_file = from.secrets.security_token;
    made.patience = from.options.coc.timeout;
    return made;
}

}  // namespace

api::result<authentication> make_authentication(boost::asio::any_io_executor executor,
                                                api::clock& time, const setup& from) {
    const config::cloud& how = from.options.coc;
    authentication made;
    if (how.aksk) {
        made.who = std::make_unique<api::aksk_credentials>(time, keys_of(from));
    } else if (how.iam) {
        auto pool = api::http_pool::make(std::move(executor), iam_pool_of(from));
        if (pool.has_error()) return pool.error();
        made.iam = std::move(*pool);
        made.who = std::make_unique<api::iam_tokens>(time, *made.iam, login_of(from));
    } else {
        made.who = std::make_unique<api::token_file>(from.token_path);
    }
    return made;
}

}  // namespace rolloutd::daemon
