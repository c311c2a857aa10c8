#pragma once
// Who the daemon is to the cloud: the credentials that cloud.auth names, made of their files.
// Called once, at the start.

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "api/clock.h"
#include "api/credentials.h"
#include "api/http_pool.h"
#include "api/result.h"
#include "daemon/setup.h"

namespace rolloutd::daemon {

struct authentication {
    std::unique_ptr<api::http_pool> iam;  // the way to IAM, null where nobody needs it
    std::unique_ptr<api::credentials> who;
    authentication() = default;
};

// Reads no secret yet. A content failure when the certificates for IAM cannot be loaded. `time`
// must outlive what is returned.
api::result<authentication> make_authentication(boost::asio::any_io_executor executor,
                                                api::clock& time, const setup& from);

}  // namespace rolloutd::daemon
