// The table of what a fault can be, for whoever goes through all of it.
#pragma once

#include "domain/fault.hpp"

namespace poolcast {

// What breaks holds until its end. What operators do, and may be refused, is done at a moment or goes on: a suspension until it
// is resumed, a runbook until it is done.
enum class Verb { breaks, command, lasting_command };

// Calls visit(name, subject, Verb) for every verb, in the order of the schema.
template <Describes<Fault> Self, class Visit>
void for_each_verb(Self& fault, Visit&& visit) {
  visit("lose", fault.lose, Verb::breaks);
  visit("lose_disks", fault.lose_disks, Verb::breaks);
  visit("drain", fault.drain, Verb::command);
  visit("activate", fault.activate, Verb::command);
  visit("swap", fault.swap, Verb::command);
  visit("fail_over", fault.fail_over, Verb::command);
  visit("slow", fault.slow, Verb::breaks);
  visit("slow_disk", fault.slow_disk, Verb::breaks);
  visit("fill_disk", fault.fill_disk, Verb::breaks);
  visit("hang", fault.hang, Verb::breaks);
  visit("sync_directory", fault.sync_directory, Verb::breaks);
  visit("slow_link", fault.slow_link, Verb::breaks);
  visit("narrow_link", fault.narrow_link, Verb::breaks);
  visit("lossy_link", fault.lossy_link, Verb::breaks);
  visit("cut", fault.cut, Verb::breaks);
  visit("make_principal", fault.make_principal, Verb::command);
  visit("force_service", fault.force_service, Verb::command);
  visit("suspend_mirroring", fault.suspend_mirroring, Verb::lasting_command);
  visit("resume_mirroring", fault.resume_mirroring, Verb::command);
  visit("new_mirror", fault.new_mirror, Verb::command);
  visit("new_secondary", fault.new_secondary, Verb::command);
  visit("restore", fault.restore, Verb::command);
  visit("fail_back", fault.fail_back, Verb::command);
  visit("set_active", fault.set_active, Verb::command);
  visit("follow", fault.follow, Verb::lasting_command);
}

// Whether it is a state while it lasts.
bool holds(const Fault& fault);

}  // namespace poolcast
