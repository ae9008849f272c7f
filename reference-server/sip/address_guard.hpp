// What one network address may use while nobody has signed in from it: places for connections, bytes, wrong passwords. Keeps one
// host from taking what all others need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "reference-server/sip/guard.hpp"

namespace poolcast::sip {

struct AddressLimits {
  // A tenth of the places of a node: an office behind one address may come back at once after a restart.
  std::size_t connections = 6'000;
  unsigned failures = 300;  // of sign-ins within 15 min; then the address waits as long
  double bytes_per_s = 1024.0 * 1024;
  double burst_bytes = 16.0 * 1024 * 1024;  // what 6,000 clients need for their sign-ins, at once
  std::size_t addresses = 100'000;          // remembered; beyond it strangers share one account
};

class AddressGuard {
public:
  explicit AddressGuard(const AddressLimits& limits = {});

  // A connection that has not signed in. True: it counts until it is given back.
  bool take_connection(const std::string& address, double now_s);
  void give_back_connection(const std::string& address);
  // What a request of it brings.
  bool take_bytes(const std::string& address, std::size_t bytes, double now_s);
  bool locked(const std::string& address, double now_s) const { return failures_.locked(address, now_s); }
  void failed(const std::string& address, double now_s) { failures_.failed(address, now_s); }

  std::size_t addresses() const { return used_.size(); }

private:
  struct Used {
    std::size_t connections = 0;
    double bytes_left = 0;
    double at_s = 0;
  };
  Used& used_by(const std::string& address, double now_s);
  void forget_idle(double now_s);

  AddressLimits limits_;
  std::unordered_map<std::string, Used> used_;
  double swept_s_ = 0;
  SignInGuard failures_;
};

}  // namespace poolcast::sip
