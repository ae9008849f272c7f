// Slows down whoever guesses passwords: after some failures an account refuses every sign-in for a while, right password or not.
// Names that do not exist are treated alike, so that nothing tells them apart.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

namespace poolcast::sip {

class SignInGuard {
public:
  struct Limits {
    unsigned failures = 10;     // within `memory_s`
    double memory_s = 15 * 60;  // a failure is forgotten after this
    double locked_s = 15 * 60;
    std::size_t names = 100'000;  // remembered; beyond it the oldest failures are forgotten first
  };
  SignInGuard() = default;
  explicit SignInGuard(Limits limits) : limits_(limits) {}

  bool locked(const std::string& name, double now_s) const;
  void failed(const std::string& name, double now_s);
  // A success forgives; the name stays in the order and counts as a fresh one when it fails again.
  void succeeded(const std::string& name) {
    if (const auto found = failures_.find(name); found != failures_.end()) found->second = {};
  }

private:
  struct Failures {
    unsigned count = 0;
    double first_s = 0;
    double locked_until_s = 0;
  };
  void make_room(double now_s);

  Limits limits_;
  std::unordered_map<std::string, Failures> failures_;
  std::deque<std::string> order_;  // names, as they came
};

}  // namespace poolcast::sip
