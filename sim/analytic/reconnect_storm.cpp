#include "sim/analytic/reconnect_storm.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "domain/ensure.hpp"
#include "domain/rules/client.hpp"

namespace poolcast::sim::analytic {
namespace {

// How many are still expected away when the last of many independent users is back in the mean: e^-γ, γ = 0.5772… (the mean of
// the largest of many values, by Gumbel's distribution).
constexpr double last_user = 0.5615;

double share_of(double part, double whole) { return whole > 0 ? part / whole : 0; }

}  // namespace

void ReconnectStorm::Attempts::add(double users, double from_s, double until_s) {
  if (users <= 0) return;
  // At least one step, and never in the step that is being taken. Ends are rounded to steps: users are kept, dates by step / 2.
  const auto from = std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(from_s / step_s)));
  const auto until = std::max(from + 1, static_cast<std::size_t>(std::llround(until_s / step_s)));
  ensure(until < change_.size(), "no client waits longer than the longest wait");
  const double per_step = users / static_cast<double>(until - from);
  change_[(now_ + from) % change_.size()] += per_step;
  change_[(now_ + until) % change_.size()] -= per_step;
}

double ReconnectStorm::Attempts::take() {
  now_ = (now_ + 1) % change_.size();
  rate_ += std::exchange(change_[now_], 0.0);
  if (rate_ < 1e-12) rate_ = 0;  // what rounding leaves is nobody
  return rate_;
}

ReconnectStorm::ReconnectStorm(StormPool pool) : pool_(std::move(pool)), servers_(pool_.servers.size()) {
  // Stages until the wait no longer grows.
  constexpr std::size_t most_stages = 16;
  const ClientBehaviour& client = pool_.client;
  while (stages_ < most_stages && rules::after_refusal(client, static_cast<unsigned>(stages_ + 1), 0.5) >
                                      rules::after_refusal(client, static_cast<unsigned>(stages_), 0.5))
    ++stages_;
  const double longest = std::max({rules::after_refusal(client, most_stages, 1).count(),
                                   rules::first_attempt(client, LossKind::silent, 1, 1).count(),
                                   rules::first_attempt(client, LossKind::reset, 1, 1).count()});
  longest_wait_steps_ = static_cast<std::size_t>(std::ceil(longest / step_s)) + 3;
  groups_.push_back(new_group());
  for (Server& server : servers_) server.signing_in.push_back(0);
}

ReconnectStorm::Group ReconnectStorm::new_group() const {
  return {std::vector<Attempts>(stages_ + 1, Attempts(longest_wait_steps_)), std::vector<double>(stages_ + 1)};
}

void ReconnectStorm::connect_everybody() {
  double accepting = 0;
  for (std::size_t server = 0; server < servers_.size(); ++server) accepting += accepts(server) ? 1 : 0;
  for (std::size_t server = 0; server < servers_.size(); ++server)
    servers_[server].connected = accepts(server) ? pool_.users / accepting : 0;
}

void ReconnectStorm::everybody_arrives(double within_s) {
  arriving_until_s_ = within_s;
  arriving_per_step_ = pool_.users * step_s / within_s;
}

double ReconnectStorm::connected() const {
  return std::accumulate(servers_.begin(), servers_.end(), 0.0,
                         [](double sum, const Server& each) { return sum + each.connected; });
}

double ReconnectStorm::waiting() const {
  const double arrived = arriving_per_step_ > 0 ? std::min(1.0, now() / arriving_until_s_) * pool_.users : pool_.users;
  return std::max(0.0, arrived - connected());
}

// Everybody whom the servers served, or were signing in, is displaced; who is displaced again counts for the later loss only.
void ReconnectStorm::lose(const std::vector<std::size_t>& numbers, LossKind kind, std::string label) {
  double displaced = 0;
  for (const std::size_t number : numbers) {
    Server& server = servers_[number];
    ++server.lost_by;
    displaced += std::exchange(server.connected, 0.0);
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      const double again = std::exchange(server.signing_in[group], 0.0);
      displaced += again;
      if (group == 0) continue;
      losses_[group - 1].displaced -= again;
      note_who_is_back(group - 1);
    }
  }
  losses_.push_back({std::move(label), now(), displaced, 0, {}, {}, {}});
  groups_.push_back(new_group());
  for (Server& each : servers_) each.signing_in.push_back(0);
  // Noticing takes a while, drawn evenly, and so does the first wait.
  constexpr int slices = 64;
  for (int slice = 0; slice < slices; ++slice) {
    const double chance = (slice + 0.5) / slices;
    groups_.back().attempts[0].add(displaced / slices, rules::first_attempt(pool_.client, kind, chance, 0).count(),
                                   rules::first_attempt(pool_.client, kind, chance, 1).count());
  }
}

void ReconnectStorm::returns(std::size_t server) {
  ensure(!is_up(server), "only a server that was lost returns");
  --servers_[server].lost_by;
}
void ReconnectStorm::set_in_active_list(std::size_t server, bool in) { pool_.servers[server].in_active_list = in; }

void ReconnectStorm::step() {
  restart_users();
  pass_gate();
  sign_in();
  ++steps_;
  minutes_lost_ += waiting() * step_s / 60;
}

// Users sign out and at once in again.
void ReconnectStorm::restart_users() {
  const double share = pool_.users > 0 ? pool_.restarts_per_s * step_s / pool_.users : 0;
  double left = 0;
  for (Server& server : servers_) left += server.connected * share, server.connected *= 1 - share;
  left_per_s_ = left / step_s;
  if (arriving_per_step_ > 0 && now() < arriving_until_s_) left += arriving_per_step_;
  groups_[0].attempts[0].add(left, step_s, 2 * step_s);
}

void ReconnectStorm::pass_gate() {
  Users attempts(groups_.size(), std::vector<double>(stages_ + 1));
  double all = 0, queue = 0;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    for (std::size_t stage = 0; stage <= stages_; ++stage) all += attempts[group][stage] = groups_[group].attempts[stage].take();
    queue += std::accumulate(groups_[group].at_gate.begin(), groups_[group].at_gate.end(), 0.0);
  }
  attempts_ += all;
  const bool gated = pool_.gate_rate_per_s > 0;
  const double leave = gated ? std::min(queue, pool_.gate_rate_per_s * step_s) : 0;
  const double accepted = gated ? std::min(all, std::max(0.0, pool_.gate_places - queue + leave)) : all;
  const double accepted_share = share_of(accepted, all);
  const double leaving_share = share_of(leave, queue);
  Users admitted = attempts;
  for (std::size_t group = 0; group < groups_.size(); ++group)
    for (std::size_t stage = 0; stage <= stages_; ++stage) {
      const double entering = accepted_share * attempts[group][stage];
      double& waiting = groups_[group].at_gate[stage];
      admitted[group][stage] = gated ? leaving_share * waiting : entering;
      waiting += entering - admitted[group][stage];
      refuse(group, stage, (1 - accepted_share) * attempts[group][stage]);
    }
  admit(admitted);
}

void ReconnectStorm::refuse(std::size_t group, std::size_t stage, double users) {
  if (users <= 0) return;
  refused_ += users;
  const auto refusals = static_cast<unsigned>(stage + 1);
  groups_[group].attempts[std::min(stage + 1, stages_)].add(users, rules::after_refusal(pool_.client, refusals, 0).count(),
                                                            rules::after_refusal(pool_.client, refusals, 1).count());
}

// Round robin over the servers that accept; without one, everybody is refused once more.
void ReconnectStorm::admit(const Users& users) {
  double accepting = 0;
  for (std::size_t server = 0; server < servers_.size(); ++server) accepting += accepts(server) ? 1 : 0;
  for (std::size_t group = 0; group < users.size(); ++group) {
    if (accepting == 0) {
      for (std::size_t stage = 0; stage <= stages_; ++stage) refuse(group, stage, users[group][stage]);
      continue;
    }
    const double each = std::accumulate(users[group].begin(), users[group].end(), 0.0) / accepting;
    for (std::size_t server = 0; server < servers_.size(); ++server)
      if (accepts(server)) servers_[server].signing_in[group] += each;
  }
}

void ReconnectStorm::look_at_other_work() {
  constexpr std::size_t steps_per_look = 10;
  if (!pool_.other_work || steps_ % steps_per_look != 0) return;
  const double all = connected();
  for (Server& server : servers_) server.other_work = pool_.other_work(server.connected, all, left_per_s_ + joined_per_s_);
}

void ReconnectStorm::sign_in() {
  look_at_other_work();
  std::vector<double> back(groups_.size());
  for (std::size_t number = 0; number < servers_.size(); ++number) {
    Server& server = servers_[number];
    const StormServer& machine = pool_.servers[number];
    server.utilisation = 0;
    if (!is_up(number)) continue;
    const double signing_in = std::accumulate(server.signing_in.begin(), server.signing_in.end(), 0.0);
    const double wished = signing_in * std::min(1.0, step_s / std::max(step_s, pool_.sequence_s));
    const double room = std::max(0.0, machine.cores - server.other_work) * step_s;
    const double work = wished * pool_.sign_in_work_s;
    const double share = work > room ? room / work : 1;
    saturated_ = saturated_ || share < 1;
    server.utilisation = std::min(1.0, (server.other_work + share * work / step_s) / machine.cores);
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      const double done = share * wished * share_of(server.signing_in[group], signing_in);
      server.signing_in[group] -= done;
      server.connected += done;
      back[group] += done;
    }
  }
  const double joined = std::accumulate(back.begin(), back.end(), 0.0);
  signed_in_ += joined;
  joined_per_s_ = joined / step_s;
  for (std::size_t loss = 0; loss < losses_.size(); ++loss) {
    losses_[loss].back += back[loss + 1];
    note_who_is_back(loss);
  }
}

// At the end of the step that is being taken.
void ReconnectStorm::note_who_is_back(std::size_t number) {
  StormLoss& loss = losses_[number];
  if (loss.displaced <= 0) return;
  const double since = now() + step_s - loss.at;
  if (!loss.t50 && loss.back >= 0.50 * loss.displaced) loss.t50 = since;
  if (!loss.t95 && loss.back >= 0.95 * loss.displaced) loss.t95 = since;
  if (!loss.t100 && loss.displaced - loss.back <= last_user) loss.t100 = since;
}

}  // namespace poolcast::sim::analytic
