// A transient fluid model of users who sign in: users are a quantity, not people. It follows, second by second, who is connected
// to which server, who waits at the pool's gate, who was refused and waits to try again, and who is in the sign-in sequence. It
// answers how long a reconnect storm lasts, at the cost of an addition per step and not of an event per request.
//
// With g the gate's rate, K the places before it, and a(t) the rate of attempts of all groups of users together, per step:
//   admitted = min(queue, g dt),  accepted = min(a dt, K - queue + admitted),  refused = a dt - accepted
//   the n-th refusal waits backoff × factor^(n-1), at most the longest, spread evenly by the jitter (domain/rules/client.hpp)
//   signed in = min(in sequence × dt / sequence time, cores left over × dt / work of one sign-in), per server
// The method is that of the fluid limit of a queue with time-dependent arrivals: Newell, "Applications of queueing theory", 1982,
// chapter 2; retries as a delayed return flow as in Aguir et al., "The impact of retrials on call center performance",
// OR Spectrum 26, 2004.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/fault.hpp"
#include "domain/workload.hpp"

namespace poolcast::sim::analytic {

struct StormServer {
  double cores = 0;  // times their speed
  bool in_active_list = true;
};

struct StormPool {
  double users = 0;
  double restarts_per_s = 0;   // of all users together, when all are connected
  double gate_rate_per_s = 0;  // 0: no gate
  double gate_places = 100;    // that may wait
  double sequence_s = 0;       // of a sign-in on servers that are not busy
  double sign_in_work_s = 0;   // of one user, on a core of speed 1
  ClientBehaviour client;
  std::vector<StormServer> servers;
  // Cores that a server with so many connected users needs for all else, when `connected` are connected to the pool and
  // `changes` join or leave it per second.
  std::function<double(double here, double connected, double changes)> other_work;
};

// One loss and how its users came back; times in seconds after the loss.
struct StormLoss {
  std::string label;
  double at = 0;
  double displaced = 0;
  double back = 0;
  std::optional<double> t50, t95, t100;
};

class ReconnectStorm {
public:
  static constexpr double step_s = 0.1;

  explicit ReconnectStorm(StormPool pool);

  void connect_everybody();                 // evenly over the servers that accept
  void everybody_arrives(double within_s);  // nobody is connected; all sign in evenly within that time
  // One loss of these servers together. A server that was lost more than once is up when it has returned as often.
  void lose(const std::vector<std::size_t>& servers, LossKind kind, std::string label);
  void returns(std::size_t server);
  void set_in_active_list(std::size_t server, bool in);
  void step();  // to now() + step_s

  double now() const { return static_cast<double>(steps_) * step_s; }
  double connected() const;
  double connected_to(std::size_t server) const { return servers_[server].connected; }
  double waiting() const;                                                                // who wants to be signed in and is not
  double utilisation(std::size_t server) const { return servers_[server].utilisation; }  // of the last step
  double attempts() const { return attempts_; }                                          // since the start, refused ones too
  double refused() const { return refused_; }
  double signed_in() const { return signed_in_; }
  double minutes_lost() const { return minutes_lost_; }
  bool saturated() const { return saturated_; }  // whether a server's cores ever held sign-ins up
  const std::vector<StormLoss>& losses() const { return losses_; }

private:
  // Users who will try at known dates: a running sum of what begins and ends to arrive.
  class Attempts {
  public:
    explicit Attempts(std::size_t steps) : change_(steps, 0.0) {}
    void add(double users, double from_s, double until_s);  // seconds from now
    double take();                                          // of this step
    void forget() { *this = Attempts(change_.size()); }

  private:
    std::vector<double> change_;
    std::size_t now_ = 0;
    double rate_ = 0;  // users per step
  };

  // Users who signed out of their own accord, and those of each loss.
  struct Group {
    std::vector<Attempts> attempts;  // by refusals so far; the last stage keeps those who were refused more often
    std::vector<double> at_gate;     // the same
  };

  struct Server {
    unsigned lost_by = 0;  // losses that it has not returned from
    double connected = 0;
    std::vector<double> signing_in;  // by group
    double other_work = 0;           // cores that all else needs; looked at once a second
    double utilisation = 0;
  };

  Group new_group() const;
  void restart_users();
  void pass_gate();
  using Users = std::vector<std::vector<double>>;  // by group and refusals so far
  void admit(const Users& users);
  void refuse(std::size_t group, std::size_t stage, double users);
  void look_at_other_work();
  void sign_in();
  void note_who_is_back(std::size_t loss);
  bool accepts(std::size_t server) const { return is_up(server) && pool_.servers[server].in_active_list; }
  bool is_up(std::size_t server) const { return servers_[server].lost_by == 0; }

  StormPool pool_;
  std::size_t stages_ = 1;
  std::size_t longest_wait_steps_ = 1;
  std::vector<Group> groups_;  // 0: ordinary; 1 + n: of loss n
  std::vector<Server> servers_;
  std::vector<StormLoss> losses_;
  std::size_t steps_ = 0;
  double arriving_until_s_ = 0;
  double arriving_per_step_ = 0;
  double left_per_s_ = 0, joined_per_s_ = 0;  // in the last step
  double attempts_ = 0, refused_ = 0, signed_in_ = 0, minutes_lost_ = 0;
  bool saturated_ = false;
};

}  // namespace poolcast::sim::analytic
