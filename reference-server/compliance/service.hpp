// The compliance service of a node: a thread that empties the outbox and runs the adapter, whatever happens to the databases.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "reference-server/compliance/settings.hpp"

namespace poolcast::compliance {

struct ServiceFigures {
  std::int64_t relayed = 0;   // events moved since the start
  std::int64_t exported = 0;  // events written to files since the start
  std::int64_t runs = 0;
  std::int64_t failures = 0;
  bool healthy = true;  // the last pass went well
};

class Service {
public:
  // The log's sentences come from the service's own thread, so they must be passed on with care.
  Service(Settings settings, std::function<void(const std::string& sentence)> warn);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  Service(Service&&) = delete;
  Service& operator=(Service&&) = delete;
  ~Service();  // ends between two steps; what is left is done after the next start

  void run_now();  // the adapter, without waiting for its interval
  ServiceFigures figures() const;

private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace poolcast::compliance
