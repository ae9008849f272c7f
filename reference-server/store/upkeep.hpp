// What the database needs now and then, beside the requests: SQLite's checkpoints outside the commits, PostgreSQL's word on its
// mirror.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "reference-server/store/lane.hpp"
#include "reference-server/store/partners.hpp"
#include "reference-server/store/writer.hpp"

namespace poolcast::store {

// Tables, and the identity of a new database.
void prepare_content(odbc::Connection& connection, bool may_migrate);

class Upkeep {
public:
  Upkeep(Dialect dialect, std::shared_ptr<Partners> partners, Lane::Connect connect, const std::shared_ptr<Mirrored>& mirrored,
         const std::shared_ptr<WriteGate>& gate);
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;
  Upkeep(Upkeep&&) = delete;
  Upkeep& operator=(Upkeep&&) = delete;
  ~Upkeep();

private:
  Lane lane_;  // its watchdog copes with a server that hangs
  std::mutex mutex_;
  std::condition_variable to_ticker_;
  bool stopping_ = false;
  std::thread ticker_;
};

}  // namespace poolcast::store
