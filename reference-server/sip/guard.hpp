// Slows down whoever guesses passwords: after some failures an account refuses every sign-in for a while, right password or not.
// Names that do not exist are treated alike, so that nothing tells them apart.
#pragma once

#include <cstdint>
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
  void succeeded(const std::string& name) { failures_.erase(name); }

private:
  struct Failures {
    unsigned count = 0;
    double first_s = 0;
    double locked_until_s = 0;
  };
  void forget_old(double now_s);

  Limits limits_;
  std::unordered_map<std::string, Failures> failures_;
};

}  // namespace poolcast::sip
