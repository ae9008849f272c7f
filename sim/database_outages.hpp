// What failures do to the content databases of the pools: how long nobody answers from one, which posts are gone or in doubt, and
// how old the oldest post is that is gone. Recorded only; nothing here changes what happens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace poolcast::sim {

struct DatabaseOutage {
  std::string label;  // of the fault that began last before it; the second of two has a number behind it
  std::size_t pool = 0;
  double began = 0;
  std::optional<double> lasted;  // none: to the end of the run
  std::uint64_t lost = 0;        // acknowledged posts
  std::uint64_t in_doubt = 0;
  double oldest_lost = 0;  // its age when the outage began, rounded up: to a second, or to the precision when that is more
};

class DatabaseOutages {
public:
  void fault_begins(std::string label) { cause_ = std::move(label); }
  // Nobody answers from now on, and somebody does; what is so already changes nothing.
  void gone(std::size_t pool, double now);
  void serves(std::size_t pool, double now);
  // Posts of which nobody can tell whether they are stored.
  void doubted(std::size_t pool, double now, std::uint64_t posts);
  // The last `posts` of the `stored` posts of a pool are gone.
  void lost(std::size_t pool, double now, std::uint64_t posts, std::uint64_t stored);

  // Of the time since the last safe post: a second in the first hour. Without a mirror and without log shipping nothing is ever
  // safe, and a year of seconds would be too many dates.
  static constexpr double precision = 1.0 / 3600;
  // Once a second: posts stored until then. What is safe by now needs no date any more.
  void note_stored(std::size_t pool, double now, std::uint64_t stored);
  void forget(std::size_t pool, std::uint64_t safe);

  const std::vector<DatabaseOutage>& all() const { return outages_; }
  std::size_t dates(std::size_t pool) { return dates_of(pool).size(); }  // that are kept

private:
  struct Stored {
    double at;
    std::uint64_t posts;
  };
  bool is_caused_now(const DatabaseOutage& outage) const;
  DatabaseOutage* last_of(std::size_t pool);
  std::deque<Stored>& dates_of(std::size_t pool);

  std::string cause_ = "load";  // before any fault
  std::vector<DatabaseOutage> outages_;
  std::vector<std::deque<Stored>> dates_;  // by pool, in the order of time
};

}  // namespace poolcast::sim
