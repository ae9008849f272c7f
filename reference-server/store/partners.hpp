// Where the database is: one address, or the partners of a mirrored one, and which of them serves now.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reference-server/store/odbc.hpp"

namespace poolcast::store {

// Shared by all threads of a store. When one finds its partner dead or wrong, all turn to the next: a reader that stayed behind
// at a principal that was cut off would show what the others have long changed.
class Partners {
public:
  explicit Partners(std::vector<std::string> connections) : connections_(std::move(connections)) {}

  struct Turn {
    std::size_t generation = 0;
    const std::string* connection = nullptr;
  };
  Turn current() const {
    const std::size_t generation = generation_.load();
    return {generation, &connections_[generation % connections_.size()]};
  }
  std::size_t generation() const { return generation_.load(); }
  // Of several that report the same turn only the first counts. A single address stays.
  void turn_away_from(std::size_t generation) {
    if (connections_.size() > 1) generation_.compare_exchange_strong(generation, generation + 1);
  }

private:
  std::vector<std::string> connections_;
  std::atomic<std::size_t> generation_ = 0;
};

// Connects and makes sure that this partner keeps what it acknowledges. A sentence about a risk that was allowed goes to warn.
std::unique_ptr<odbc::Connection> connect_durably(const std::string& connection_string, bool allow_not_durable,
                                                  const std::function<void(const std::string&)>& warn);

}  // namespace poolcast::store
