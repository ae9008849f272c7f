// What the store's tests stand on: an io thread made of a queue, databases of both kinds, a store with two people and some rooms.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reference-server/store/odbc.hpp"
#include "reference-server/store/store.hpp"

namespace poolcast::store::testing {

constexpr std::chrono::seconds patience{20};  // far beyond what anything here takes

// The io thread of these tests is the test itself: what is posted back runs while it waits.
class Loop {
public:
  PostBack post_back() {
    return [state = state_](std::function<void()> function) {
      const std::scoped_lock lock(state->mutex);
      state->posted.push_back(std::move(function));
      state->arrived.notify_one();
    };
  }

  // Runs what is posted until the condition holds; false after the deadline.
  template <class Condition>
  bool run_until(Condition condition, std::chrono::milliseconds limit = patience) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      std::unique_lock lock(state_->mutex);
      if (!state_->arrived.wait_until(lock, deadline, [this] { return !state_->posted.empty(); })) return condition();
      const auto function = std::move(state_->posted.front());
      state_->posted.pop_front();
      lock.unlock();
      function();
    }
    return true;
  }

  // Starts an operation and waits for its answer.
  template <class T>
  Result<T> ask(const std::function<void(Completion<T>)>& start) {
    auto answer = std::make_shared<std::optional<Result<T>>>();
    start([answer](Result<T> result) { answer->emplace(std::move(result)); });
    if (!run_until([&] { return answer->has_value(); })) return Error{ErrorCode::internal, "the test waited in vain", false};
    return std::move(**answer);
  }

private:
  struct State {
    std::mutex mutex;
    std::condition_variable arrived;
    std::deque<std::function<void()>> posted;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class Folder {
public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "poolcast-store-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

// Each gives an empty database of its own.
class Sqlite {
public:
  std::string connection() const { return sqlite_connection(folder_.file("content.db")); }
  static const char* problem() { return nullptr; }

private:
  Folder folder_;
};

class Postgresql {
public:
  Postgresql();
  Postgresql(const Postgresql&) = delete;
  Postgresql& operator=(const Postgresql&) = delete;
  Postgresql(Postgresql&&) = delete;
  Postgresql& operator=(Postgresql&&) = delete;
  ~Postgresql();
  std::string connection() const { return connection_; }
  static const char* problem() {
    return std::getenv("POOLCAST_POSTGRES_ODBC") == nullptr ? "run it through tests/postgres/with_postgres.py run" : nullptr;
  }

private:
  std::string name_;
  std::string connection_;
};

struct BackendNames {
  template <class Backend>
  static std::string GetName(int /*index*/) {  // NOLINT(readability-identifier-naming): GoogleTest looks for it
    return std::is_same_v<Backend, Sqlite> ? "Sqlite" : "Postgresql";
  }
};
using Backends = ::testing::Types<Sqlite, Postgresql>;

constexpr std::int64_t noon_ms = 1'714'564'800'000;  // 2024-05-01 12:00 UTC

// A store with ann and bo, one category and two rooms.
struct World {
  explicit World(const std::string& connection, const std::function<void(Config&)>& adjust = {});

  Config config(const std::string& connection) const;
  Result<Directory> edit(std::vector<Edit> edits);
  Result<Appended> append(const Post& post);
  Post post(const std::string& body, std::int64_t minute = 0) const;  // by ann in the first room, with a key of its own
  std::vector<std::string> bodies(const HistoryQuery& query);
  std::vector<std::string> found(SearchQuery query);  // in both rooms unless it names some
  std::int64_t count(const std::string& table_and_condition) const;

  Folder folder;
  Loop loop;
  std::string connection;
  std::unique_ptr<Store> store;
  PrincipalId ann{};
  PrincipalId bo{};
  CategoryId category{};
  RoomId lobby{};
  RoomId attic{};
};

Principal user(const std::string& name);
Room room(CategoryId category, const std::string& name);

// Skips the tests of a database that is not there.
template <class Backend>
class OnBoth : public ::testing::Test {
protected:
  void SetUp() override {
    if (Backend::problem() != nullptr) GTEST_SKIP() << Backend::problem();
    backend_.emplace();
    world_.emplace(backend_->connection());
    ASSERT_TRUE(world_->store);
  }
  World& world() { return *world_; }
  std::string connection() const { return backend_->connection(); }

private:
  std::optional<Backend> backend_;
  std::optional<World> world_;
};

}  // namespace poolcast::store::testing
