// Refusals (503), losses of a connection or a dialog, and leaving.
#include "domain/rules/client.hpp"
#include "reference-server/loadgen/fleet.hpp"

namespace poolcast::loadgen {

namespace {

constexpr double probe_interval_s = 0.02;  // of an eager fleet: how often somebody looks whether a server is back
constexpr double patient_probe_interval_s = 1;

}  // namespace

// 503 and whatever else is no success: the client tries the same request again, later (rules::after_refusal).
void Fleet::refused(EndpointNumber number, const Pending& pending, int status) {
  const Client& client = clients_[number];
  listener_.refused(operation_of(client, pending.command));
  if (pending.command == Command::post) listener_.post_refused(pending.subject, status, clock());
  if (pending.command == Command::post && !settings_.retry_posts) return;
  Pending again = pending;
  ++again.refusals;
  const double wait = rules::after_refusal(settings_.behaviour, again.refusals, random_.uniform()).count();
  schedule_client(now_ + wait, number, TimerKind::again, again);
}

// Before the chat dialog there is nothing to keep: the client goes and comes back later.
void Fleet::sign_in_refused(EndpointNumber number) {
  Client& client = clients_[number];
  listener_.refused(Operation::sign_in);
  close(client);
  ++client.refusals;
  client.step = Step::waits;
  const double wait = rules::after_refusal(settings_.behaviour, client.refusals, random_.uniform()).count();
  schedule_client(now_ + wait, number, TimerKind::attempt);
}

// The server does not know the dialog any more (481, or its BYE): the connection stays, the pool is asked again which node to
// use, as stock clients do.
void Fleet::dialog_is_gone(EndpointNumber number) {
  Client& client = clients_[number];
  if (client.step == Step::leaving || client.step == Step::away) return;
  if (client.step == Step::ready) {
    client.began = now_;
    listener_.fell_out(number, now_);
  }
  drop_pending(client, number);
  client.position = 0;
  ++client.dialogs;
  client.step = Step::provisioning;
  listener_.sent(Operation::sign_in);
  provision(number);
}

void Fleet::lost(EndpointNumber number) {
  Client& client = clients_[number];
  const bool was_ready = client.step == Step::ready;
  const bool never_connected = client.step == Step::connecting;
  const bool was_leaving = client.step == Step::leaving;
  drop_pending(client, number);
  close(client);
  if (was_leaving) return gone(number);
  if (was_ready) {
    client.began = now_;
    client.refusals = 0;
    listener_.fell_out(number, now_);
  } else {
    listener_.lost(Operation::sign_in);
  }
  client.step = Step::waits;
  if (never_connected) {
    answers_[client.server] = false;
    const double pause_s = settings_.eager ? probe_interval_s : patient_probe_interval_s;
    timers_.push({.at = now_ + pause_s, .subject = client.server, .again = {}, .kind = TimerKind::probe});
  }
  if (settings_.eager) return queue_.push_back(number);
  const ClientBehaviour& behaviour = settings_.behaviour;
  const Seconds wait = never_connected ? rules::after_refusal(behaviour, ++client.refusals, random_.uniform())
                                       : rules::first_attempt(behaviour, LossKind::reset, random_.uniform(), random_.uniform());
  schedule_client(now_ + wait.count(), number, TimerKind::attempt);
}

void Fleet::drop_pending(Client& client, EndpointNumber) {
  std::vector<Pending> dropped;
  dropped.swap(client.pending);
  for (const Pending& pending : dropped) {
    const Operation operation = operation_of(client, pending.command);
    if (client.step == Step::ready || client.step == Step::leaving) listener_.lost(operation);
    if (pending.command == Command::post) listener_.post_lost(pending.subject, now_);
  }
}

void Fleet::give_up(EndpointNumber number, std::string_view why) {
  Client& client = clients_[number];
  close(client);
  client.step = Step::away;
  listener_.gave_up(number, why);
}

void Fleet::close(Client& client) {
  attempt_ended(client);
  client.link.close();  // the kernel takes it out of epoll
  ++client.generation;
}

// BYE and an empty registration; the connection is closed once that is answered.
void Fleet::sign_out(EndpointNumber number) {
  Client& client = clients_[number];
  client.wants_out = true;
  if (client.step != Step::ready) return;  // when it is in, or when its next attempt is due
  listener_.sent(Operation::sign_out);
  drop_pending(client, number);
  client.step = Step::leaving;
  append_request(client.link.out(), {"BYE", client.target, client.ends, ++client.cseq});
  ++client.dialogs;
  send_register(number, {});
}

void Fleet::gone(EndpointNumber number) {
  Client& client = clients_[number];
  if (client.step == Step::leaving) listener_.completed(Operation::sign_out);
  close(client);
  client.step = Step::away;
  client.wants_out = false;
  listener_.left(number, now_);
}

}  // namespace poolcast::loadgen
