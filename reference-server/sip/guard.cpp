#include "reference-server/sip/guard.hpp"

#include <algorithm>

namespace poolcast::sip {

bool SignInGuard::locked(const std::string& name, double now_s) const {
  const auto found = failures_.find(name);
  return found != failures_.end() && found->second.locked_until_s > now_s;
}

void SignInGuard::failed(const std::string& name, double now_s) {
  if (failures_.size() >= limits_.names && !failures_.contains(name)) forget_old(now_s);
  Failures& failures = failures_[name];
  if (now_s - failures.first_s > limits_.memory_s)
    failures = {.count = 0, .first_s = now_s, .locked_until_s = failures.locked_until_s};
  if (++failures.count >= limits_.failures) failures.locked_until_s = now_s + limits_.locked_s;
}

void SignInGuard::forget_old(double now_s) {
  std::erase_if(failures_, [&](const auto& entry) {
    return entry.second.locked_until_s <= now_s && now_s - entry.second.first_s > limits_.memory_s;
  });
  if (failures_.size() < limits_.names) return;
  // Somebody tries very many names: the oldest guess makes room, locked accounts stay locked.
  auto oldest = failures_.end();
  for (auto at = failures_.begin(); at != failures_.end(); ++at)
    if (at->second.locked_until_s <= now_s && (oldest == failures_.end() || at->second.first_s < oldest->second.first_s))
      oldest = at;
  if (oldest != failures_.end()) failures_.erase(oldest);
}

}  // namespace poolcast::sip
