// The table of what a fault can be, for whoever goes through all of it.
#pragma once

#include "domain/fault.hpp"

namespace poolcast {

// A state holds until its end, and operators follow a runbook until it is done; what else they do is done at a moment.
enum class Verb { state, moment };

// Calls visit(name, subject, Verb) for every verb, in the order of the schema.
template <Describes<Fault> Self, class Visit>
void for_each_verb(Self& fault, Visit&& visit) {
  visit("lose", fault.lose, Verb::state);
  visit("drain", fault.drain, Verb::moment);
  visit("activate", fault.activate, Verb::moment);
  visit("swap", fault.swap, Verb::moment);
  visit("fail_over", fault.fail_over, Verb::moment);
  visit("slow", fault.slow, Verb::state);
  visit("slow_disk", fault.slow_disk, Verb::state);
  visit("fill_disk", fault.fill_disk, Verb::state);
  visit("hang", fault.hang, Verb::state);
  visit("sync_directory", fault.sync_directory, Verb::state);
  visit("slow_link", fault.slow_link, Verb::state);
  visit("narrow_link", fault.narrow_link, Verb::state);
  visit("lossy_link", fault.lossy_link, Verb::state);
  visit("cut", fault.cut, Verb::state);
  visit("make_principal", fault.make_principal, Verb::moment);
  visit("force_service", fault.force_service, Verb::moment);
  visit("suspend_mirroring", fault.suspend_mirroring, Verb::state);
  visit("resume_mirroring", fault.resume_mirroring, Verb::moment);
  visit("new_mirror", fault.new_mirror, Verb::moment);
  visit("restore", fault.restore, Verb::moment);
  visit("fail_back", fault.fail_back, Verb::moment);
  visit("set_active", fault.set_active, Verb::moment);
  visit("follow", fault.follow, Verb::state);
}

// Whether it is a state while it lasts.
bool holds(const Fault& fault);

}  // namespace poolcast
