// A chat server works on a limited number of requests at the same time, from their arrival to their answer, database included.
// What is inside the limit is a closed network; seen from outside it is one station whose rate depends on how many are inside:
// the flow-equivalent server of Chandy, Herzog and Woo, "Parametric analysis of queuing networks", IBM Journal of Research and
// Development 19, 1975.
#pragma once

#include <vector>

namespace poolcast::sim::analytic {

// What one request asks for inside a chat server, in seconds, and how busy the shared stations are with other things.
struct WorkerDemand {
  double cpu = 0;  // of one core
  double cores = 1;
  double cpu_busy_else = 0;  // share of the cores taken by notices, which need no worker
  double database = 0;       // of one core of the database
  double database_cores = 1;
  double delay = 0;  // network, and the log
};

// Requests per second that each server completes when all its workers are in use and so are everybody else's: servers are classes
// that share the database (approximate mean-value analysis).
std::vector<double> most_per_s(const std::vector<WorkerDemand>& servers, unsigned workers);

struct WorkerLine {
  double wait_chance = 0;    // of accepted requests
  double wait = 0;           // mean over accepted requests, in seconds
  double waiting = 0;        // requests
  double refused_share = 0;  // that find all workers and all places taken
};
// Requests come at `rate`; `workers` of them are in progress, `places` may wait. A birth–death chain with the flow-equivalent
// rates of exact mean-value analysis.
WorkerLine worker_line(double rate, const WorkerDemand& demand, unsigned workers, unsigned places);

}  // namespace poolcast::sim::analytic
