// The logbook of a run: what operators did and when, what was refused and by which rule, and what is lost for good.
#pragma once

#include <array>
#include <string>

#include "domain/describe.hpp"
#include "domain/units.hpp"

namespace poolcast {

// A refused command changed nothing, and what waits for it in a runbook is not begun. What is unfinished was under way at the
// horizon. `lost`: no surviving copy has it.
enum class EntryKind { done, refused, not_begun, unfinished, lost };
template <>
struct EnumNames<EntryKind> {
  static constexpr std::array<std::string_view, 5> names{"done", "refused", "not_begun", "unfinished", "lost"};
};

struct LogbookEntry {
  Seconds begins{0};
  Seconds ends{0};
  EntryKind kind = EntryKind::done;
  std::string what{};     // the command, `make principal sql-2`, or the step of a runbook
  std::string runbook{};  // `follow site-failover`; empty of a command that stands alone
  std::string who{};      // the role that does a step
  std::string why{};      // why it was refused or not begun, what was lost, what the step does
  bool operator==(const LogbookEntry&) const = default;
};

}  // namespace poolcast
