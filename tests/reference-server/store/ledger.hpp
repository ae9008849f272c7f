// Posts of a test under way, and whether the database keeps what was answered about them.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/reference-server/store/support.hpp"

namespace poolcast::store::testing {

// Posts under way: what was answered, and how long the slowest answer took.
struct Ledger {
  std::size_t sent = 0;
  std::size_t refused = 0;
  std::vector<Post> in_doubt;
  std::vector<std::pair<Post, std::int64_t>> stored;
  std::chrono::duration<double> slowest{};

  std::size_t answered() const { return refused + in_doubt.size() + stored.size(); }
  void send(World& world, const Post& post) {
    ++sent;
    world.store->append(post, [this, post, begun = std::chrono::steady_clock::now()](Result<Appended> result) {
      slowest = std::max<std::chrono::duration<double>>(slowest, std::chrono::steady_clock::now() - begun);
      if (result)
        stored.emplace_back(post, result->seq);
      else if (result.error().in_doubt)
        in_doubt.push_back(post);
      else
        ++refused;
      if (!result) {
        EXPECT_EQ(result.error().code, ErrorCode::unavailable) << result.error().message;
      }
    });
  }
};

// Every answered post is there under its number, once, and the numbers have no gaps.
inline void expect_nothing_lost_or_doubled(World& world, const Ledger& ledger) {
  odbc::Connection reader(world.connection);
  const auto rows = reader.select("SELECT seq, body FROM message ORDER BY seq", {}, {odbc::Column::integer, odbc::Column::text});
  std::map<std::int64_t, std::string> there;
  for (std::size_t row = 0; row < rows.size(); ++row) there.emplace(rows.integer(row, 0), rows.text(row, 1));
  std::set<std::int64_t> numbers;
  for (const auto& [post, seq] : ledger.stored) {
    numbers.insert(seq);
    EXPECT_EQ(there[seq], post.body);
  }
  EXPECT_EQ(numbers.size(), ledger.stored.size());
  EXPECT_EQ(there.size(), static_cast<std::size_t>(there.rbegin()->first));
  EXPECT_EQ(world.count("message"), world.count("(SELECT DISTINCT client_key FROM message) AS k"));
}

}  // namespace poolcast::store::testing
