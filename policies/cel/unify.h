#pragma once
// Agreement of types: what the variables of generic signatures stand for while an expression is
// checked.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policies/cel/environment.h"
#include "policies/cel/type.h"

namespace rolloutd::policies::cel {

class unifier {
public:
    // A type variable that nothing else names.
    type fresh();

    // Whether a value of type `given` can stand where `wanted` is asked for; binds type variables
    // when so, and changes nothing when not. dyn and error agree with everything.
    bool agree(const type& wanted, const type& given);

    // What is known of a type by now; unbound variables stay.
    type known(const type& what) const;

    // The same with unbound variables as dyn: a type as it is told to people.
    type settled(const type& what) const;

    // The result of calling one of `candidates` with these arguments, or nullopt when none fits.
    // With several that fit and differ in their result, dyn.
    std::optional<type> call(const std::vector<overload>& candidates, bool receiver,
                             const std::vector<type>& arguments);

    // The type that both are: the more general one, or dyn.
    type join(const type& a, const type& b);

private:
    type wider(const type& a, const type& b) const;  // of two that agree
    bool try_agree(const type& wanted, const type& given);
    bool try_bind(const std::string& name, const type& other);
    type last_variable(const type& what) const;
    bool occurs(const std::string& name, const type& inside) const;
    type renamed(const type& what, std::map<std::string, type>& names);

    std::map<std::string, type> bound_;
    int counter_ = 0;
};

}  // namespace rolloutd::policies::cel
