// Waiting lines in closed form: M/M/c, M/G/c, and a log disk that commits in groups. Times in seconds, rates per second. Each
// function says its formula and where it is from.
#pragma once

namespace poolcast::sim::analytic {

// Share of arrivals that find all `servers` busy and go away. `offered` is rate × mean service time, in erlangs.
// B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1)). A. K. Erlang, "Solution of some problems in the theory of probabilities of
// significance in automatic telephone exchanges", Elektroteknikeren 13, 1917; the recursion keeps every digit.
double erlang_b(double offered, unsigned servers);

// Share of arrivals that find all servers busy and wait; 1 when `offered` is not below `servers`.
// C = B / (1 - ρ (1 - B)), ρ = a / c (the same paper).
double erlang_c(double offered, unsigned servers);

// A service time by its first two moments.
struct ServiceTime {
  double mean = 0;
  double squared_variation = 1;  // variance / mean²: 1 of the exponential, 0 of a constant
};

// One line before equal servers; arrivals are Poisson.
struct Line {
  double rate = 0;
  ServiceTime service;
  unsigned servers = 1;
};

double utilisation(const Line& line);  // ρ = λ E[S] / c

// Mean wait for a server with exponential service: C / (c/E[S] - λ). Both waits need ρ < 1.
double wait_exponential(const Line& line);

// Lee and Longton, "Queueing processes associated with airline passenger check-in", Operational Research Quarterly 10, 1959;
// for other than Poisson arrivals Allen, "Probability, statistics, and queueing theory", 1990 (Allen–Cunneen):
// W(M/G/c) ≈ (1 + cs²) / 2 × W(M/M/c). Exact for one server (Pollaczek–Khinchine) and for exponential service. On many servers it
// errs on the long side when service varies much: one job in fifty that is fifty times as long gives 1.5 times the true wait on
// twelve servers at 70 % (a test has the figure). Kimura's interpolation (Management Science 32, 1986) gave 0.4 of it.
double wait_lee_longton(const Line& line);

// A log that commits in groups: what arrives during a flush of constant length is hardened together by the next one.
// A busy period has e^(λF) flushes in the mean, as another follows with probability 1 - e^(-λF); arrivals during it meet the
// remainder of a flush, uniform from 0 to F. (Regenerative argument; the server is M/D^[1,∞)/1 in the terms of Chaudhry and
// Templeton, "A first course in bulk queues", 1983.)
struct GroupCommit {
  double rate = 0;   // commits per second
  double flush = 0;  // seconds

  double busy_share() const;  // λF e^(λF) / (1 + λF e^(λF)): of the disk's time, and of commits that wait for a flush in progress
  double latency() const;  // F + busy × F / 2
  double waiting() const;  // commits that wait for the next flush, in the mean: λ × busy × F / 2
};

}  // namespace poolcast::sim::analytic
