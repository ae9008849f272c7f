#include "reference-server/sip/address_guard.hpp"

#include <algorithm>

namespace poolcast::sip {

namespace {

const std::string strangers;  // whoever comes when too many addresses are remembered
constexpr double between_sweeps_s = 10;

}  // namespace

AddressGuard::AddressGuard(const AddressLimits& limits)
    : limits_(limits), failures_(SignInGuard::Limits{.failures = limits.failures, .names = limits.addresses}) {}

AddressGuard::Used& AddressGuard::used_by(const std::string& address, double now_s) {
  auto found = used_.find(address);
  if (found == used_.end() && used_.size() >= limits_.addresses) {
    forget_idle(now_s);
    if (used_.size() >= limits_.addresses) found = used_.find(strangers);
  }
  if (found == used_.end()) {
    const std::string& name = used_.size() >= limits_.addresses ? strangers : address;
    found = used_.try_emplace(name, Used{.bytes_left = limits_.burst_bytes, .at_s = now_s}).first;
  }
  Used& used = found->second;
  used.bytes_left = std::min(limits_.burst_bytes, used.bytes_left + (now_s - used.at_s) * limits_.bytes_per_s);
  used.at_s = now_s;
  return used;
}

// Whoever holds no connection and has all its bytes again is as one that never came.
void AddressGuard::forget_idle(double now_s) {
  if (now_s - swept_s_ < between_sweeps_s && swept_s_ > 0) return;
  swept_s_ = now_s;
  const double refilled_s = limits_.burst_bytes / limits_.bytes_per_s;
  std::erase_if(used_, [&](const auto& entry) {
    const Used& used = entry.second;
    const double left = used.bytes_left + (now_s - used.at_s) * limits_.bytes_per_s;
    return used.connections == 0 && (left >= limits_.burst_bytes || now_s - used.at_s > refilled_s);
  });
}

bool AddressGuard::take_connection(const std::string& address, double now_s) {
  Used& used = used_by(address, now_s);
  if (used.connections >= limits_.connections) return false;
  ++used.connections;
  return true;
}

void AddressGuard::give_back_connection(const std::string& address) {
  auto found = used_.find(address);
  if (found == used_.end() || found->second.connections == 0) found = used_.find(strangers);
  if (found != used_.end() && found->second.connections > 0) --found->second.connections;
}

bool AddressGuard::take_bytes(const std::string& address, std::size_t bytes, double now_s) {
  Used& used = used_by(address, now_s);
  if (used.bytes_left < static_cast<double>(bytes)) return false;
  used.bytes_left -= static_cast<double>(bytes);
  return true;
}

}  // namespace poolcast::sip
