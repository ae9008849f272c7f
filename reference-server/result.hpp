// What an operation that may fail at run time gives back: a value, or why there is none. The interface follows std::expected,
// which g++ 12 does not have.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "domain/ensure.hpp"

namespace poolcast {

// Numbered like SIP, so that one table serves the answer to an INFO and the `resp` of an XCCOS reply.
enum class ErrorCode : int {
  malformed = 400,
  forbidden = 403,
  not_found = 404,
  conflict = 409,
  too_large = 413,
  locked = 423,
  too_many = 429,
  internal = 500,
  unavailable = 503,  // the database or the node cannot do it now; try again later
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;    // a sentence for people; never a secret, never SQL
  bool in_doubt = false;  // it may have happened all the same: only a retry with the same key tells
  bool operator==(const Error&) const = default;
};

template <class T>
class [[nodiscard]] Result {
public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return held_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() {
    ensure(has_value(), "value() of a failed Result");
    return *std::get_if<0>(&held_);
  }
  const T& value() const {
    ensure(has_value(), "value() of a failed Result");
    return *std::get_if<0>(&held_);
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const {
    ensure(!has_value(), "error() of a Result that has a value");
    return *std::get_if<1>(&held_);
  }

private:
  std::variant<T, Error> held_;
};

// Of what has no value to give back.
struct Done {
  bool operator==(const Done&) const = default;
};

}  // namespace poolcast
