#include "sim/analytic/queues.hpp"

#include <cmath>

#include "domain/ensure.hpp"

namespace poolcast::sim::analytic {

double erlang_b(double offered, unsigned servers) {
  double blocked = 1;
  for (unsigned n = 1; n <= servers; ++n) blocked = offered * blocked / (n + offered * blocked);
  return blocked;
}

double erlang_c(double offered, unsigned servers) {
  if (offered >= servers) return 1;
  const double blocked = erlang_b(offered, servers);
  return blocked / (1 - offered / servers * (1 - blocked));
}

double utilisation(const Line& line) { return line.rate * line.service.mean / line.servers; }

double wait_exponential(const Line& line) {
  if (line.rate <= 0 || line.service.mean <= 0) return 0;
  ensure(utilisation(line) < 1, "a line has a mean wait only below full utilisation");
  return erlang_c(line.rate * line.service.mean, line.servers) / (line.servers / line.service.mean - line.rate);
}

double wait_lee_longton(const Line& line) { return (1 + line.service.squared_variation) / 2 * wait_exponential(line); }

double GroupCommit::busy_share() const {
  const double in_a_row = rate * flush * std::exp(rate * flush);
  return in_a_row / (1 + in_a_row);
}

double GroupCommit::latency() const { return flush + busy_share() * flush / 2; }

double GroupCommit::waiting() const { return rate * busy_share() * flush / 2; }

}  // namespace poolcast::sim::analytic
