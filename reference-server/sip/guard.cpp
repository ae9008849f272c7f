#include "reference-server/sip/guard.hpp"

namespace poolcast::sip {

bool SignInGuard::locked(const std::string& name, double now_s) const {
  const auto found = failures_.find(name);
  return found != failures_.end() && found->second.locked_until_s > now_s;
}

void SignInGuard::failed(const std::string& name, double now_s) {
  auto found = failures_.find(name);
  if (found == failures_.end()) {
    make_room(now_s);
    found = failures_.emplace(name, Failures{.count = 0, .first_s = now_s}).first;
    order_.push_back(name);
  }
  Failures& failures = found->second;
  // What is tried while the account is locked says nothing: a client with the right password tries again too.
  if (failures.locked_until_s > now_s) return;
  if (now_s - failures.first_s > limits_.memory_s) failures = {.count = 0, .first_s = now_s};
  if (++failures.count >= limits_.failures) failures = {.count = 0, .first_s = now_s, .locked_until_s = now_s + limits_.locked_s};
}

// Somebody tries very many names: the oldest makes room. Locked ones go round a few times before one of them has to.
void SignInGuard::make_room(double now_s) {
  constexpr int rounds = 8;
  for (int round = 0; failures_.size() >= limits_.names && !order_.empty(); ++round) {
    const std::string oldest = std::move(order_.front());
    order_.pop_front();
    if (round < rounds && locked(oldest, now_s)) {
      order_.push_back(oldest);
    } else {
      failures_.erase(oldest);
    }
  }
}

}  // namespace poolcast::sip
