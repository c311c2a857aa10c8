#pragma once
// Builds policies the short way, compiled by the condition language itself, so that tests of the
// engine do not depend on the YAML loader. An expression that does not compile throws.

#include <memory>
#include <string>
#include <vector>

#include "policies/policy.h"

namespace rolloutd::tests {

class a_rule {
public:
    explicit a_rule(std::string name);
    a_rule& when(std::string text);
    a_rule& needs(std::string text);
    a_rule& each_batch();
    a_rule& each_instance();
    a_rule& hold(policies::duration length);
    a_rule& then(policies::action what, policies::duration after = {}, bool approve = false);
    a_rule& do_pause() { return then(policies::action::pause); }
    a_rule& do_continue() { return then(policies::action::continue_ticket); }
    a_rule& do_cancel() { return then(policies::action::cancel); }
    a_rule& do_skip() { return then(policies::action::skip_batch); }
    a_rule& do_cancel_instance() { return then(policies::action::cancel_instance); }
    a_rule& do_notify() { return then(policies::action::notify); }
    a_rule& times(int count);
    a_rule& cooldown(policies::duration length);
    a_rule& percent_tenths(int tenths);

private:
    friend class a_policy;
    policies::rule rule_;
    std::string when_;
    std::string needs_;
};

class a_policy {
public:
    // Matches every ticket and may do everything.
    explicit a_policy(std::string name = "web");
    a_policy& match(std::string text);
    a_policy& mode(policies::mode ceiling);
    a_policy& variable(std::string name, std::string text);
    a_policy& rule(const a_rule& what);
    a_policy& window(policies::window what);
    policies::policy build() const;

private:
    std::string match_ = "true";
    std::vector<std::pair<std::string, std::string>> variables_;
    std::vector<a_rule> rules_;
    policies::policy policy_;
};

std::shared_ptr<const policies::policy_set> policy_set_of(std::vector<a_policy> all);

}  // namespace rolloutd::tests
